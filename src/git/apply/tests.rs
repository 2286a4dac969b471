//! Laws of apply on small trees.
