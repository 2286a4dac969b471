//! `pantheon ci` in what each CI system gives: its variables, its event and its checkout.

mod commits;
mod hostile;
mod pulls;
mod pushes;
mod systems;
mod trust;
pub mod world;
