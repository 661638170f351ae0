// shows: names of the user's own are not taken for those of the standard library

#![allow(non_camel_case_types, non_snake_case, reason = "they shadow other names")]

mod shadows {
    pub struct Result;
    pub struct Option;
    pub struct Box;
    pub struct Send;
    pub struct Future;
    pub struct Denial;
    pub struct Permit;
    pub struct Action;
    pub struct Guard;
    pub struct usize;
    pub struct str;
    pub struct bool;
    pub fn Ok() {}
    pub fn Err() {}
    pub fn Some() {}
    pub fn None() {}
    pub fn drop() {}
    pub mod core {}
    pub mod std {}
}

mod user {
    use super::shadows::*;

    const CONSTANT: Result = Result;

    #[derive(::failclosed::Action)]
    #[action(name = "purchase", resource = vendor)]
    struct Purchase {
        vendor: ::std::string::String,
    }

    #[derive(::failclosed::HasGuard)]
    struct Shop(#[guard] ::failclosed::Guard);

    impl Shop {
        #[::failclosed::requires_permission(action = Purchase { vendor }, resource = "shop")]
        async fn charge(
            &self,
            #[permit] permit: ::failclosed::Permit<'_, Purchase>,
            vendor: ::std::string::String,
        ) -> ::core::result::Result<u64, ::failclosed::Denial> {
            ::core::mem::drop((permit, CONSTANT));
            ::core::result::Result::Ok(1)
        }

        #[::failclosed::requires_permission(action = "purchase")]
        fn boxed(
            &self,
        ) -> ::std::pin::Pin<
            ::std::boxed::Box<
                dyn ::core::future::Future<
                        Output = ::core::result::Result<(), ::failclosed::Denial>,
                    > + '_,
            >,
        > {
            ::std::boxed::Box::pin(async { ::core::result::Result::Ok(()) })
        }
    }
}

fn main() {}
