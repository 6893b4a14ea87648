//! The canonical form of a catalog: as text, JSON and SQL, and the difference of two.
