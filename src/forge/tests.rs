//! The table, and where a token may go.

use super::{ALL, Forge, Kind, is_safe};

#[test]
fn the_table_is_in_the_order_of_the_enum() {
    for row in ALL {
        assert_eq!(row.forge.title(), row.title);
    }
    assert_eq!(ALL.len(), Forge::Bitbucket as usize + 1);
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
}

#[test]
fn a_token_goes_through_tls_or_stays_here() {
    for good in [
        "https://api.github.com",
        "https://git.example:8443/api/v3",
        "http://127.0.0.1:4010",
        "http://localhost/api",
        "http://[::1]:80",
    ] {
        assert!(is_safe(good), "{good}");
    }
    for bad in [
        "",
        "api.github.com",
        "http://git.example",
        "http://127.0.0.1.example",
        "http://127.0.0.1@evil.example",
        "https://user:password@git.example",
        "ftp://127.0.0.1",
        "https://",
        "https://a b",
    ] {
        assert!(!is_safe(bad), "{bad}");
    }
}
