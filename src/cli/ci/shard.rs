//! Reads which share of a change a runner judges.

use crate::model::Shard;

/// Reads `hash:2/4`.
pub fn shard(text: &str) -> Result<Shard, String> {
    let Some(pair) = text.strip_prefix("hash:") else {
        return Err("a shard is written as `hash:M/N`, such as `hash:1/4`".to_owned());
    };
    let (index, count) = pair
        .split_once('/')
        .ok_or("a shard is written as `hash:M/N`, such as `hash:1/4`")?;
    let (index, count) = (number(index)?, number(count)?);
    let most = Shard::MOST;
    match (index, count) {
        (_, 0) => Err("there is no change of 0 shards".to_owned()),
        (_, n) if n > most => Err(format!("there are at most {most} shards")),
        (0, _) => Err("the first shard is 1".to_owned()),
        (m, n) if m > n => Err(format!("there is no shard {m} of {n}")),
        (index, count) => Ok(Shard { index, count }),
    }
}

fn number(text: &str) -> Result<u32, String> {
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // What is too large for a number is too large for a shard.
    match is_plain {
        true => Ok(text.parse().unwrap_or(u32::MAX)),
        false => Err(format!("`{text}` is no whole number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_some() {
        let is = |index, count| Ok(Shard { index, count });
        assert_eq!(shard("hash:1/1"), is(1, 1));
        assert_eq!(shard("hash:04/4"), is(4, 4));
        assert_eq!(shard("hash:1000/1000"), is(1000, 1000));
        let wrong = |text: &str| shard(text).unwrap_err();
        assert_eq!(wrong("hash:0/4"), "the first shard is 1");
        assert_eq!(wrong("hash:5/4"), "there is no shard 5 of 4");
        assert_eq!(wrong("hash:1/0"), "there is no change of 0 shards");
        assert_eq!(wrong("hash:1/1001"), "there are at most 1000 shards");
        assert_eq!(
            wrong("hash:1/99999999999999999999"),
            "there are at most 1000 shards"
        );
        assert_eq!(wrong("hash:-1/4"), "`-1` is no whole number");
        assert_eq!(wrong("hash:/"), "`` is no whole number");
        for text in ["5/4", "", "hash:", "hash:3", "slice:1/2", "HASH:1/2"] {
            assert_eq!(
                wrong(text),
                "a shard is written as `hash:M/N`, such as `hash:1/4`"
            );
        }
    }
}
