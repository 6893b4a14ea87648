//! The checksums that other tools keep, to see whether a file is what they applied.

use sha2::{Digest as _, Sha256, Sha384};

use super::tool::Tool;
use crate::history::Migration;

/// What a tool would keep of a migration's file; `None` where it keeps nothing.
pub(super) fn of(tool: Tool, migration: &Migration) -> Option<String> {
    let text = migration.file().text.as_bytes();
    match tool {
        Tool::Sqlx => Some(hex(&Sha384::digest(text))),
        Tool::Prisma => Some(hex(&Sha256::digest(text))),
        Tool::Flyway => Some(flyway(&migration.file().text).to_string()),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// CRC-32 of the lines without their ends and without a byte order mark, as a signed number.
fn flyway(text: &str) -> i32 {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut crc = u32::MAX;
    // A lone CR ends a line too.
    for line in text
        .split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
    {
        for byte in line.bytes() {
            crc ^= u32::from(byte);
            for _ in 0..8 {
                crc = match crc & 1 {
                    1 => crc >> 1 ^ 0xedb8_8320,
                    _ => crc >> 1,
                };
            }
        }
    }
    (!crc).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::flyway;

    #[test]
    fn the_crc_is_the_usual_one() {
        assert_eq!(flyway("123456789"), 0xcbf4_3926_u32.cast_signed());
    }

    #[test]
    fn line_ends_and_the_byte_order_mark_don_t_count() {
        let plain = flyway("ab");
        for text in ["a\nb", "a\r\nb\r\n", "a\rb\n", "\u{feff}a\nb\n"] {
            assert_eq!(flyway(text), plain, "{text:?}");
        }
    }
}
