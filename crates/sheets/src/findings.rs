//! How a crate writes down what it may find in a file: code, severity, and its sentences in both languages, side by side.

/// An enum of findings. Each is `Name "code" Severity:` with reason and remedy in Chinese, then in English; a code is snake_case,
/// unique and never renamed. What `{…}` in the sentences stands for is the caller's.
#[macro_export]
macro_rules! findings {
    ($(#[$meta:meta])* $vis:vis enum $Finding:ident {
        $($name:ident $code:literal $severity:ident: $reason_zh:literal, $remedy_zh:literal, $reason_en:literal, $remedy_en:literal;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        $vis enum $Finding { $($name),* }

        impl $Finding {
            $vis const ALL: &'static [$Finding] = &[$($Finding::$name),*];

            /// snake_case, unique, never renamed.
            $vis fn code(self) -> &'static str {
                match self { $($Finding::$name => $code),* }
            }
            $vis fn severity(self) -> $crate::Severity {
                match self { $($Finding::$name => $crate::Severity::$severity),* }
            }
            /// Reason and remedy in Chinese, then in English.
            fn sentences(self) -> [&'static str; 4] {
                match self { $($Finding::$name => [$reason_zh, $remedy_zh, $reason_en, $remedy_en]),* }
            }
        }
    };
}
