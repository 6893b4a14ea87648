//! The language server: the protocol in, questions to `ide`, the protocol out.
//!
//! Start reading at [`serve`].

/// Speaks the language server protocol on standard input and output until the client has had enough.
pub async fn serve() {}
