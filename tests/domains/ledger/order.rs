//! The published order of refusals is the one in force.
use ledger::Refusal;

#[test]
fn the_document_lists_every_refusal_in_its_order() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/domains/ledger.md");
    let text = std::fs::read_to_string(path).expect("the document is there");
    let listed: Vec<(&str, &str)> = text
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.split(" | ");
            let (_, code, meaning) = (cells.next()?.parse::<u32>().ok()?, cells.next()?, cells.next()?);
            Some((code.trim_matches('`'), meaning.trim_end_matches(" |")))
        })
        .collect();
    let wanted: Vec<(&str, &str)> = Refusal::ALL.iter().map(|r| (r.code().name, r.message())).collect();
    assert_eq!(listed, wanted);
}
