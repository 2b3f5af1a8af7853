use super::*;

fn pressed(code: KeyCode) -> Input {
    key(code, KeyModifiers::NONE)
}

fn fed(reads: &[&[u8]]) -> Vec<Input> {
    let mut parser = Parser::default();
    reads.iter().flat_map(|read| parser.feed(read)).collect()
}

#[test]
fn keys_are_named_as_crossterm_names_them() {
    assert_eq!(fed(&[b"j"]), [pressed(KeyCode::Char('j'))]);
    assert_eq!(fed(&[b"D"]), [key(KeyCode::Char('D'), KeyModifiers::SHIFT)]);
    assert_eq!(fed(&[b"\r\t\x7f"]), [pressed(KeyCode::Enter), pressed(KeyCode::Tab), pressed(KeyCode::Backspace)]);
    assert_eq!(fed(&[b"\x03"]), [key(KeyCode::Char('c'), KeyModifiers::CONTROL)]);
    assert_eq!(fed(&[b"\x1b[A\x1bOB"]), [pressed(KeyCode::Up), pressed(KeyCode::Down)]);
    assert_eq!(fed(&[b"\x1b[1;5C"]), [key(KeyCode::Right, KeyModifiers::CONTROL)]);
    assert_eq!(fed(&[b"\x1b[5~\x1b[6;2~"]), [pressed(KeyCode::PageUp), key(KeyCode::PageDown, KeyModifiers::SHIFT)]);
    assert_eq!(fed(&[b"\x1b[Z"]), [key(KeyCode::BackTab, KeyModifiers::SHIFT)]);
    assert_eq!(
        fed(&[b"\x1b[15~\x1b[[A\x1bOQ"]),
        [pressed(KeyCode::F(5)), pressed(KeyCode::F(1)), pressed(KeyCode::F(2))]
    );
    assert_eq!(fed(&[b"\x1bx"]), [key(KeyCode::Char('x'), KeyModifiers::ALT)]);
    assert_eq!(fed(&["é".as_bytes()]), [pressed(KeyCode::Char('é'))]);
    assert_eq!(fed(&[b"\x1b[I\x1b[O"]), [Input::Focus(true), Input::Focus(false)]);
}

/// Every sequence that we know, and what a terminal may send besides, with what it means.
fn sequences() -> Vec<(&'static [u8], Vec<Input>)> {
    let shifted = |code, modifiers| vec![key(code, modifiers)];
    let mut all: Vec<(&'static [u8], Vec<Input>)> = vec![
        (b"\x1b[I", vec![Input::Focus(true)]),
        (b"\x1b[O", vec![Input::Focus(false)]),
        (b"\x1b[Z", shifted(KeyCode::BackTab, KeyModifiers::SHIFT)),
        (b"\x1bOM", vec![pressed(KeyCode::Enter)]),
        (b"\x1b[1;5C", shifted(KeyCode::Right, KeyModifiers::CONTROL)),
        (b"\x1b[6;2~", shifted(KeyCode::PageDown, KeyModifiers::SHIFT)),
        (b"\x1bx", shifted(KeyCode::Char('x'), KeyModifiers::ALT)),
        ("\u{1b}é".as_bytes(), shifted(KeyCode::Char('é'), KeyModifiers::ALT)),
        ("é".as_bytes(), vec![pressed(KeyCode::Char('é'))]),
        ("日".as_bytes(), vec![pressed(KeyCode::Char('日'))]),
        ("🦀".as_bytes(), vec![pressed(KeyCode::Char('🦀'))]),
        (b"\x1b[200~D\x1b\x1b[201~", vec![Input::Paste("D\x1b".into())]),
    ];
    let named = [
        (KeyCode::Up, vec![&b"\x1b[A"[..], b"\x1bOA"]),
        (KeyCode::Down, vec![b"\x1b[B", b"\x1bOB"]),
        (KeyCode::Right, vec![b"\x1b[C", b"\x1bOC"]),
        (KeyCode::Left, vec![b"\x1b[D", b"\x1bOD"]),
        (KeyCode::Home, vec![b"\x1b[H", b"\x1bOH", b"\x1b[1~", b"\x1b[7~"]),
        (KeyCode::End, vec![b"\x1b[F", b"\x1bOF", b"\x1b[4~", b"\x1b[8~"]),
        (KeyCode::Insert, vec![b"\x1b[2~"]),
        (KeyCode::Delete, vec![b"\x1b[3~"]),
        (KeyCode::PageUp, vec![b"\x1b[5~"]),
        (KeyCode::PageDown, vec![b"\x1b[6~"]),
        (KeyCode::F(1), vec![b"\x1bOP", b"\x1b[11~", b"\x1b[[A"]),
        (KeyCode::F(2), vec![b"\x1bOQ", b"\x1b[12~", b"\x1b[[B"]),
        (KeyCode::F(5), vec![b"\x1b[15~", b"\x1b[[E"]),
        (KeyCode::F(6), vec![b"\x1b[17~"]),
        (KeyCode::F(12), vec![b"\x1b[24~"]),
    ];
    for (code, forms) in named {
        all.extend(forms.into_iter().map(|form| (form, vec![pressed(code)])));
    }
    // Answers to questions that we never ask, mice that somebody left on.
    let noise: [&'static [u8]; 20] = [
        b"\x1b[?62;1;6c",
        b"\x1b[>41;354;0c",
        b"\x1b[3;4R",
        b"\x1b[?3;4R",
        b"\x1b[0n",
        b"\x1b[?2026;2$y",
        b"\x1b[?1u",
        b"\x1b[8;40;120t",
        b"\x1b[M !!",
        b"\x1b[MD\r\x1b",
        b"\x1b[<0;10;5M",
        b"\x1b[<0;10;5m",
        b"\x1b[32;10;5M",
        b"\x1b]10;rgb:dcdc/dcdc/dcdc\x07",
        b"\x1b]11;rgb:0000/0000/0000\x1b\\",
        b"\x1bP>|XTerm(388)\x1b\\",
        b"\x1bP1+r544e=787465726d\x1b\\",
        b"\x1bP1$r0m\x1b\\",
        b"\x1b_Gi=31;OK\x1b\\",
        b"\x1b^DADq\x1b\\",
    ];
    all.extend(noise.map(|bytes| (bytes, Vec::new())));
    all
}

#[test]
fn a_sequence_is_the_same_wherever_it_is_split() {
    for (bytes, meaning) in sequences() {
        let whole: Vec<Input> = meaning.iter().cloned().chain([pressed(KeyCode::Char('j'))]).collect();
        let bytes = [bytes, b"j"].concat();
        assert_eq!(fed(&[&bytes]), whole, "{bytes:?} in one read");
        for at in 1..bytes.len() {
            let (head, tail) = bytes.split_at(at);
            assert_eq!(fed(&[head, tail]), whole, "{bytes:?} split at {at}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(fed(&single), whole, "{bytes:?} byte by byte");
    }
}

#[test]
fn what_has_begun_is_held_until_its_rest_may_come() {
    for (bytes, _) in sequences() {
        let mut parser = Parser::default();
        for at in 1..bytes.len() {
            parser.feed(&bytes[at - 1..at]);
            let waits = parser.hold().is_some() || parser.pasted.is_some() || parser.in_string;
            assert!(waits || bytes[0] != ESC || at > 5, "{bytes:?} after {at}");
        }
        parser.feed(&bytes[bytes.len() - 1..]);
        assert_eq!(parser.hold(), None, "{bytes:?} is over");
    }
}

#[test]
fn the_rest_of_an_answer_that_comes_late_is_no_keys() {
    for (bytes, _) in sequences().into_iter().filter(|(bytes, _)| bytes.starts_with(b"\x1b[") || bytes[1..].len() > 4) {
        if bytes.starts_with(PASTE_START) {
            continue;
        }
        // After a whole introducer: before that it is an Esc, or a key pressed with Alt.
        for at in 3..bytes.len() {
            let (head, tail) = bytes.split_at(at);
            let mut parser = Parser::default();
            let mut seen = parser.feed(head);
            seen.extend(parser.expire());
            seen.extend(parser.feed(tail));
            seen.extend(parser.expire());
            assert_eq!(seen, [], "{bytes:?} split at {at}");
            assert_eq!(parser.feed(b"jj").last(), Some(&pressed(KeyCode::Char('j'))), "{bytes:?} split at {at}");
        }
    }
}

#[test]
fn a_string_that_never_ends_keeps_nobody_from_the_keys() {
    for (typed, means) in [
        (&b"\r"[..], Some(pressed(KeyCode::Enter))),
        (b"\x03", Some(key(KeyCode::Char('c'), KeyModifiers::CONTROL))),
        (b"\x1b[A", Some(pressed(KeyCode::Up))),
        (b"\x1b", None),
    ] {
        let mut parser = Parser::default();
        assert_eq!(parser.feed(b"\x1b]11;rgb:00"), []);
        assert_eq!(parser.feed(&vec![b'D'; 100_000]), []);
        assert!(parser.pending.is_empty(), "nothing of it is kept");
        let mut seen = parser.feed(typed);
        seen.extend(parser.expire());
        assert_eq!(seen, means.into_iter().collect::<Vec<_>>(), "{typed:?}");
        assert_eq!(parser.feed(b"j"), [pressed(KeyCode::Char('j'))], "{typed:?}");
    }
    // Alt and a bracket is a key that means nothing.
    let mut parser = Parser::default();
    parser.feed(b"\x1b]");
    assert_eq!(parser.expire(), []);
    assert_eq!(parser.feed(b"j"), [pressed(KeyCode::Char('j'))]);
}

#[test]
fn a_lone_esc_is_an_esc_when_nothing_follows() {
    let mut parser = Parser::default();
    assert_eq!(parser.feed(b"\x1b"), []);
    assert_eq!(parser.hold(), Some(ESC_HOLD));
    assert_eq!(parser.expire(), [pressed(KeyCode::Esc)]);
    assert_eq!(parser.hold(), None);
    assert_eq!(parser.feed(b"A"), [key(KeyCode::Char('A'), KeyModifiers::SHIFT)]);
}

#[test]
fn the_late_rest_of_a_sequence_is_not_keys() {
    let mut parser = Parser::default();
    parser.feed(b"\x1b");
    assert_eq!(parser.expire(), [pressed(KeyCode::Esc)]);
    assert_eq!(parser.feed(b"[Aj"), [pressed(KeyCode::Char('j'))]);
    for rest in [&b"[?62;1;6c"[..], b"]11;rgb:0000/0000/0000\x07", b"P>|XTerm(388)\x1b\\", b"P1$r0m\x1b\\"] {
        parser.feed(b"\x1b");
        parser.expire();
        assert_eq!(parser.feed(&[rest, b"j"].concat()), [pressed(KeyCode::Char('j'))], "{rest:?}");
    }
    parser.feed(b"\x1b");
    parser.expire();
    assert_eq!(parser.feed(b"[200~y\x1b[201~"), [Input::Paste("y".into())]);
    // A person who types it, types it key by key.
    parser.feed(b"\x1b");
    parser.expire();
    assert_eq!(parser.feed(b"["), [pressed(KeyCode::Char('['))]);
}

#[test]
fn an_unfinished_sequence_is_dropped() {
    for rest in [&b"D"[..], b"5D", b";5D"] {
        let mut parser = Parser::default();
        assert_eq!(parser.feed(b"\x1b[1;"), []);
        assert_eq!(parser.expire(), []);
        assert_eq!(parser.feed(rest), [], "its rest is no key, however late it comes");
        assert_eq!(parser.feed(b"q"), [pressed(KeyCode::Char('q'))]);
    }
    let mut parser = Parser::default();
    parser.feed(b"\x1b[1;");
    parser.expire();
    assert_eq!(parser.feed(b"\r"), [pressed(KeyCode::Enter)], "what can't be its rest is a key");
}

#[test]
fn a_paste_is_text_however_it_is_split() {
    let bytes = b"a\x1b[200~y\r\nD\x1b[A\x1b[201~b";
    let expected = [pressed(KeyCode::Char('a')), Input::Paste("y\nD\x1b[A".into()), pressed(KeyCode::Char('b'))];
    for at in 0..bytes.len() {
        let (head, tail) = bytes.split_at(at);
        assert_eq!(fed(&[head, tail]), expected, "split at {at}");
    }
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(fed(&single), expected);
}

#[test]
fn a_hostile_paste_stays_text_to_its_end() {
    // Keys, an end in pieces, a beginning within, a Ctrl-C, an answer, and much of it.
    let inner =
        [b"D\r\x03\x1b\x1b[201\x1b[20".to_vec(), b"\x1b[200~y\x1b]0;x\x07".to_vec(), vec![b'A'; 1024 * 1024]].concat();
    let bytes = [PASTE_START, &inner, PASTE_END, b"j"].concat();
    for size in [1, 5, 4096] {
        let reads: Vec<&[u8]> = bytes.chunks(size).collect();
        let inputs = fed(&reads);
        let [Input::Paste(text), last] = inputs.as_slice() else { panic!("{size}: {} inputs", inputs.len()) };
        assert_eq!((text.len(), last), (LONGEST_PASTE, &pressed(KeyCode::Char('j'))), "{size}");
    }
}

#[test]
fn a_paste_never_expires_and_is_cut_at_its_limit() {
    let mut parser = Parser::default();
    assert_eq!(parser.feed(b"\x1b[200~y"), []);
    assert_eq!(parser.hold(), None);
    assert_eq!(parser.expire(), []);
    assert_eq!(parser.feed(&vec![b'x'; LONGEST_PASTE * 2]), []);
    let inputs = parser.feed(PASTE_END);
    assert!(matches!(inputs.as_slice(), [Input::Paste(text)] if text.len() == LONGEST_PASTE));
}

#[test]
fn answers_and_noise_are_swallowed() {
    assert_eq!(fed(&[b"\x1b]11;rgb:0000/0000/0000\x07j"]), [pressed(KeyCode::Char('j'))]);
    assert_eq!(fed(&[b"\x1bP1$r0m\x1b\\j"]), [pressed(KeyCode::Char('j'))]);
    assert_eq!(fed(&[b"\x1b[?62;c\x1b[3;4Rj"]), [pressed(KeyCode::Char('j'))]);
    assert_eq!(fed(&[b"\xff\xfe\x80j"]), [pressed(KeyCode::Char('j'))]);
    assert_eq!(fed(&[b"\x1b[1\x1b[A"]), [pressed(KeyCode::Up)]);
}

proptest::proptest! {
    #[test]
    fn any_bytes_in_any_reads_are_survived_and_used_up(reads: Vec<Vec<u8>>) {
        let mut parser = Parser::default();
        for read in &reads {
            parser.feed(read);
        }
        parser.feed(PASTE_END);
        parser.expire();
        proptest::prop_assert!(parser.pending.is_empty());
    }
}
