//! `pantheon ci` in what each CI system gives: its variables, its event and its checkout.

mod commits;
mod hostile;
mod pulls;
mod pushes;
mod systems;
pub mod world;
mod trust;
mod world;
