//! What a column's name says of the data in it.

use std::sync::Arc;

use confiture_schema::catalog::{Catalog, Column, QualName, TypeKind};
use confiture_schema::types::SqlType;

/// Names of columns that hold personal data, as the end of a column's name: `customer_email` is an `email`.
pub(crate) const PERSONAL: &[&str] = &[
    "email",
    "email_address",
    "mail_address",
    "phone",
    "phone_number",
    "mobile",
    "mobile_number",
    "telephone",
    "fax",
    "first_name",
    "last_name",
    "full_name",
    "maiden_name",
    "surname",
    "given_name",
    "family_name",
    "date_of_birth",
    "birth_date",
    "birthdate",
    "birthday",
    "dob",
    "street_address",
    "home_address",
    "postal_address",
    "ssn",
    "social_security",
    "social_security_number",
    "national_id",
    "tax_id",
    "passport",
    "passport_number",
    "driver_license",
    "drivers_license",
    "iban",
    "bank_account",
    "account_number",
    "credit_card",
    "credit_card_number",
    "card_number",
    "cvv",
    "ip_address",
];

/// Of these, the ones that nobody should be able to read from a stolen backup.
pub(crate) const SENSITIVE: &[&str] = &[
    "ssn",
    "social_security",
    "social_security_number",
    "national_id",
    "passport",
    "passport_number",
    "driver_license",
    "drivers_license",
    "iban",
    "bank_account",
    "credit_card",
    "credit_card_number",
    "card_number",
    "cvv",
    "cvc",
    "date_of_birth",
    "email",
    "email_address",
    "phone",
    "phone_number",
];

/// The first of `names` that a column's name is, or ends in after an underscore.
pub(crate) fn kind_of<'n>(column: &Column, names: &'n [String]) -> Option<&'n str> {
    let column = column.name.as_str().to_ascii_lowercase();
    let is = |name: &str| {
        column
            .strip_suffix(name)
            .is_some_and(|head| head.is_empty() || head.ends_with('_'))
    };
    // The longest says most: `phone_number` rather than `number`.
    let mut matching: Vec<&str> = names.iter().map(String::as_str).filter(|n| is(n)).collect();
    matching.sort_by_key(|name| std::cmp::Reverse(name.len()));
    matching.first().copied()
}

/// Whether a comment holds one of some words, upper or lower case.
pub(crate) fn says(comment: Option<&Arc<str>>, words: &[String]) -> bool {
    let comment = comment.map_or_else(String::new, |c| c.to_lowercase());
    words.iter().any(|word| comment.contains(&word.to_lowercase()))
}

/// Whether a person can read what a column holds: text, numbers, dates, addresses. Not bytes, truth values and what
/// isn't known.
pub(crate) fn is_readable(catalog: &Catalog, column: &Column) -> bool {
    let readable = |ty: &SqlType| {
        ty.schema.is_none()
            && matches!(
                ty.name.as_str(),
                "text"
                    | "varchar"
                    | "bpchar"
                    | "citext"
                    | "name"
                    | "int8"
                    | "int4"
                    | "numeric"
                    | "date"
                    | "inet"
                    | "cidr"
            )
    };
    column
        .ty
        .as_ref()
        .is_some_and(|ty| !ty.array && readable(&base(catalog, ty)))
}

/// Whether a column holds text.
pub(crate) fn is_text(catalog: &Catalog, column: &Column) -> bool {
    let is_text = |ty: SqlType| {
        ty.schema.is_none() && matches!(ty.name.as_str(), "text" | "varchar" | "bpchar" | "citext")
    };
    column
        .ty
        .as_ref()
        .is_some_and(|ty| !ty.array && is_text(base(catalog, ty)))
}

/// Domains over domains are followed this far.
const MAX_DOMAINS: usize = 8;

/// The type beneath domains.
fn base(catalog: &Catalog, ty: &SqlType) -> SqlType {
    let mut ty = ty.clone();
    for _ in 0..MAX_DOMAINS {
        let Some(schema) = &ty.schema else { break };
        let name = QualName::new(schema.clone(), ty.name.clone());
        match catalog.types.get(&name).map(|known| &known.kind) {
            Some(TypeKind::Domain(domain)) => ty = domain.base.clone(),
            _ => break,
        }
    }
    ty
}
