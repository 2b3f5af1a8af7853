use std::collections::HashMap;

use crossterm::event::KeyCode;

use super::*;

#[test]
fn no_key_means_two_things_in_one_place() {
    let mut seen = HashMap::new();
    for binding in BINDINGS {
        for key in binding.keys {
            let other = seen.insert((binding.context, *key), binding.name);
            assert_eq!(other, None, "{key} in {:?} is {other:?} and {}", binding.context, binding.name);
            if binding.context != Context::Anywhere {
                assert!(
                    !seen.contains_key(&(Context::Anywhere, *key)),
                    "{key} of {} is taken everywhere",
                    binding.name
                );
            }
        }
    }
}

#[test]
fn names_are_unique() {
    let mut seen = HashMap::new();
    for binding in BINDINGS {
        assert!(seen.insert(binding.name, ()).is_none(), "{} twice", binding.name);
    }
}

#[test]
fn reserved_keys_are_left_alone() {
    for binding in BINDINGS {
        for key in binding.keys {
            let is_reserved = key.ctrl && matches!(key.code, KeyCode::Char(c) if RESERVED.contains(&c));
            let is_function = matches!(key.code, KeyCode::F(_));
            let deletes = matches!(key.code, KeyCode::Backspace | KeyCode::Delete);
            assert!(!is_reserved && !is_function && !key.alt && !deletes, "{key} of {} is reserved", binding.name);
        }
    }
}

#[test]
fn lower_case_never_writes_in_the_panes() {
    for binding in BINDINGS.iter().filter(|binding| binding.dangerous && binding.context == Context::Main) {
        for key in binding.keys {
            let is_safe = matches!(key.code, KeyCode::Char(c) if !c.is_lowercase()) && !key.ctrl;
            assert!(is_safe, "{key} of {}", binding.name);
        }
    }
}

#[test]
fn what_takes_text_binds_no_plain_letter() {
    for binding in BINDINGS.iter().filter(|binding| binding.context.takes_text()) {
        for key in binding.keys {
            assert!(key.ctrl || !matches!(key.code, KeyCode::Char(_)), "{key} of {} would be text", binding.name);
        }
    }
}

#[test]
fn help_finds_by_key_and_by_word() {
    assert!(help("destroy").iter().any(|line| line.keys == "D" && line.dangerous));
    assert!(help("ctrl-d").iter().any(|line| line.description.contains("Half a page")));
    assert!(help("").len() == BINDINGS.len());
}
