//! What two catalogs don't share, found without a look at what entries hold.

use super::Catalog;

impl Catalog {
    /// Both catalogs with nothing but the objects that they don't share, those that are only equal included; what
    /// points backwards is left out. Where one grew out of the other, that is what was written in between.
    ///
    /// Only these objects count as read: whoever keeps a footprint also has to depend on what wrote them.
    pub fn apart(&self, other: &Catalog) -> (Catalog, Catalog) {
        let mut mine = Catalog::default();
        let mut others = Catalog::default();
        macro_rules! part {
            ($($field:ident),*) => {
                $((mine.$field, others.$field) = self.$field.apart(&other.$field);)*
            };
        }
        part!(schemas, relations, types, functions, extensions, others);
        (mine, others)
    }
}
