pub fn plot(_: &[crate::Results]) -> String { String::new() }
