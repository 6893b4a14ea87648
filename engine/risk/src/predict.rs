//! From changes and the state before them to the effect.
