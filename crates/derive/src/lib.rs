//! `#[derive(Record)]`: what a psight record says about itself.
//!
//! The derive reads an ordinary struct and writes down what is already there: the field names, their documentation, and
//! the words of `#[field(..)]`:
//!
//! | word | meaning |
//! |---|---|
//! | `unit = bytes` | the unit of a number; a bare number is a count |
//! | `counter` | the number only grows, until it wraps or the system restarts |
//! | `label` | the field names the row rather than measures it |
//! | `on(linux, bsd)` | the systems that have the field; elsewhere it is `None` |
//! | `name = "sin"` | the name on the wire, where psutil's would be a bad Rust name |
//!
//! A field that is not `pub` is the record's own business, and not part of the description.
//!
//! It refuses a field without documentation, and one with `on(..)` that is not an `Option`.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{
    Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, Ident, Lit, Meta, Result, Type,
    Visibility,
};

/// Implements `psight::Record` (and, with psight's feature `serde`, `serde::Serialize`) for a struct with named fields.
#[proc_macro_derive(Record, attributes(field))]
pub fn record(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

fn expand(input: &DeriveInput) -> Result<Tokens> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a record is a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "a record has named fields"));
    };
    let ident = &input.ident;
    let name = ident.to_string();
    let doc = documentation(&input.attrs);
    let public = || fields.named.iter().filter(|field| matches!(field.vis, Visibility::Public(_)));
    let described = public().map(describe).collect::<Result<Vec<_>>>()?;
    let values: Vec<_> = public().filter_map(|field| field.ident.as_ref()).collect();
    let indices = 0..values.len();
    let counters = counters(public())?;
    Ok(quote! {
        impl ::psight::record::Record for #ident {
            const NAME: &'static str = #name;
            const DOC: &'static str = #doc;
            const FIELDS: &'static [::psight::record::Field] = &[#(#described),*];

            fn values(&self) -> ::std::vec::Vec<::psight::record::Value<'_>> {
                ::std::vec![#(::psight::record::ToValue::to_value(&self.#values)),*]
            }

            fn value_at(&self, index: usize) -> ::psight::record::Value<'_> {
                match index {
                    #(#indices => ::psight::record::ToValue::to_value(&self.#values),)*
                    _ => ::psight::record::Value::Null,
                }
            }

            fn each_counter<'a>(
                &'a mut self,
                mut _see: impl ::std::ops::FnMut(::std::option::Option<&'a mut u64>),
            ) {
                #(_see(::psight::record::ToValue::as_counter(&mut self.#counters));)*
            }
        }

        impl ::psight::record::ToValue for #ident {
            const KIND: ::psight::record::Kind = ::psight::record::Kind::Record;

            fn to_value(&self) -> ::psight::record::Value<'_> {
                ::psight::record::Value::record(self)
            }
        }

        ::psight::serialized!(#ident);
    })
}

/// The fields that only grow.
fn counters<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Result<Vec<&'a Ident>> {
    let mut names = Vec::new();
    for field in fields {
        if Words::read(field)?.counter {
            names.extend(field.ident.as_ref());
        }
    }
    Ok(names)
}

fn describe(field: &Field) -> Result<Tokens> {
    let ident =
        field.ident.as_ref().ok_or_else(|| Error::new_spanned(field, "a name is needed"))?;
    let doc = documentation(&field.attrs);
    if doc.is_empty() {
        return Err(Error::new_spanned(ident, "a field needs a doc comment"));
    }
    let words = Words::read(field)?;
    if !words.on.is_empty() && !is_option(&field.ty) {
        return Err(Error::new_spanned(&field.ty, "a field with on(..) is an Option"));
    }
    let name = words.name.unwrap_or_else(|| ident.to_string());
    let (counter, label, ty) = (words.counter, words.label, &field.ty);
    let unit = words.unit.map_or_else(|| quote!(Count), |unit| camel(&unit));
    let on = words.on.iter().map(camel);
    Ok(quote! {
        ::psight::record::Field::described(
            #name,
            #doc,
            ::psight::record::Unit::#unit,
            <#ty as ::psight::record::ToValue>::KIND,
            #counter,
            #label,
            &[#(::psight::record::Systems::#on),*],
        )
    })
}

#[derive(Default)]
struct Words {
    unit: Option<Ident>,
    counter: bool,
    label: bool,
    on: Vec<Ident>,
    name: Option<String>,
}

impl Words {
    fn read(field: &Field) -> Result<Self> {
        let mut words = Self::default();
        for attr in field.attrs.iter().filter(|a| a.path().is_ident("field")) {
            attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("unit") {
                    words.unit = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("counter") {
                    words.counter = true;
                } else if meta.path.is_ident("label") {
                    words.label = true;
                } else if meta.path.is_ident("name") {
                    words.name = Some(meta.value()?.parse::<syn::LitStr>()?.value());
                } else if meta.path.is_ident("on") {
                    return meta.parse_nested_meta(|os| {
                        words.on.extend(os.path.get_ident().cloned());
                        Ok(())
                    });
                } else {
                    return Err(meta.error("unit, counter, label, on(..) or name"));
                }
                Ok(())
            })?;
        }
        Ok(words)
    }
}

fn documentation(attrs: &[syn::Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn is_option(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "Option"))
}

/// `open_bsd` → `OpenBsd`: the variant that a word of the attribute means.
fn camel(word: &Ident) -> Tokens {
    let text: String = word
        .to_string()
        .split('_')
        .map(|part| {
            let mut letters = part.chars();
            letters
                .next()
                .map_or_else(String::new, |c| c.to_ascii_uppercase().to_string() + letters.as_str())
        })
        .collect();
    let ident = Ident::new(&text, word.span());
    quote!(#ident)
}
