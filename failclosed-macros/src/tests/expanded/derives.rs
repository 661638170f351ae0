#[automatically_derived]
impl<'a> ::failclosed::__private_0_1_0::Arguments for Purchase<'a> {
    fn argument(
        &self,
        index: ::core::primitive::usize,
    ) -> ::core::option::Option<::failclosed::__private_0_1_0::NamedArgument<'_>> {
        match index {
            0usize => {
                ::core::option::Option::Some((
                    "vendor",
                    &self.vendor as &dyn ::failclosed::__private_0_1_0::Argument,
                ))
            }
            1usize => {
                ::core::option::Option::Some((
                    "type",
                    &self.r#type as &dyn ::failclosed::__private_0_1_0::Argument,
                ))
            }
            _ => ::core::option::Option::None,
        }
    }
}
#[automatically_derived]
impl<'a> ::failclosed::__private_0_1_0::Action for Purchase<'a> {
    const NAME: &'static ::core::primitive::str = "purchase";
    type Key = Purchase<'static>;
    fn resource(
        &self,
    ) -> ::core::option::Option<::failclosed::__private_0_1_0::Resource<'_>> {
        ::failclosed::__private_0_1_0::resource_of(&self.vendor)
    }
}
#[automatically_derived]
impl<T> ::failclosed::__private_0_1_0::HasGuard for Shop<T> {
    fn guard(&self) -> &::failclosed::__private_0_1_0::Guard {
        ::failclosed::__private_0_1_0::HasGuard::guard(&self.guard)
    }
}
