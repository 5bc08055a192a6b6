//! Every example and every sentence of the protocol summary that gives one.

use crate::support::{LIVE, SET_INTERVAL, data};
use zhijian_telemetry::hj212::{CrcMode, is_skewed, request_time};
use zhijian_telemetry::hj212::{DataFlag, Flag, Header, QnRtn, Segment, Table, Warning, ansi, data_time, dissect, encode, label, modbus};

#[test]
fn the_standards_own_example_length_101_crc_1c80() {
    let parts = dissect(CrcMode::Ansi, SET_INTERVAL.as_bytes()).unwrap();
    assert_eq!(parts.declared_len, Some(101));
    assert_eq!(parts.data.len(), 101);
    assert_eq!(&parts.crc_sent, b"1C80");
    assert!(parts.len_ok() && parts.crc_ok() && parts.warnings.is_empty());
    let text = std::str::from_utf8(parts.data).unwrap();
    let segment = Segment::parse(text);
    assert_eq!(segment.cp.field("RtdInterval"), Some("30"));
    let header = Header::read(&segment).unwrap();
    assert_eq!((header.qn, header.st, header.cn), (Some("20160801085857223"), "32", "1062"));
    assert_eq!((header.pw, header.mn), ("100000", "010000A8900016F000169DC0"));
    assert!(header.flag.answer_required() && header.flag.version() == 1 && header.packet.is_none());
    assert_eq!(encode(parts.data).unwrap(), SET_INTERVAL.as_bytes(), "written again, it is the same");
}

#[test]
fn live_data_length_162_crc_f441_one_factor_with_sample_time_and_value() {
    let parts = dissect(CrcMode::Ansi, LIVE.as_bytes()).unwrap();
    assert_eq!((parts.declared_len, parts.data.len(), &parts.crc_sent), (Some(162), 162, b"F441"));
    assert!(parts.crc_ok());
    let segment = Segment::parse(std::str::from_utf8(parts.data).unwrap());
    assert!(segment.warnings.is_empty());
    assert_eq!(segment.cp.fields, [("DataTime", "20231008123340")]);
    assert_eq!(segment.cp.factor("w01008", "SampleTime"), Some("20231008123340"));
    assert_eq!(segment.cp.factor("w01008", "Rtd"), Some("123.456"));
    assert_eq!(segment.cp.factors.len(), 2);
    assert_eq!(encode(parts.data).unwrap(), LIVE.as_bytes());
}

#[test]
fn the_sum_is_not_modbus() {
    for frame in [SET_INTERVAL, LIVE] {
        assert_ne!(ansi(data(frame)), modbus(data(frame)));
    }
}

#[test]
fn flag_4_is_2017_without_answer_5_with_7_with_answer_and_split() {
    // number, answer, split, version
    for (number, answer, split, version) in
        [(0, false, false, 0), (1, true, false, 0), (4, false, false, 1), (5, true, false, 1), (7, true, true, 1)]
    {
        let flag = Flag::new(number);
        assert_eq!((flag.answer_required(), flag.split(), flag.version()), (answer, split, version), "Flag={number}");
    }
    assert_eq!(Flag::read(None), Some(Flag::new(0)), "absent: version 0, no answer");
    assert_eq!(Flag::read(Some("256")), None);
    assert_eq!(Flag::read(Some("+5")), None);
}

#[test]
fn both_cases_of_the_check_sum_are_accepted_and_upper_case_is_written() {
    let lower = LIVE.replace("F441", "f441");
    assert!(dissect(CrcMode::Ansi, lower.as_bytes()).unwrap().crc_ok());
    assert!(LIVE.as_bytes() == encode(data(&lower)).unwrap());
}

#[test]
fn parameters_items_by_semicolon_values_by_comma_spread_factors_trailing_semicolon_last_of_a_repeated_key() {
    let segment = Segment::parse(
        "ST=22;CN=2051;MN=A;CP=&&DataTime=20231008120000;a34004-Avg=1,a34004-Flag=N;LA-Leq=84.2;a34004-Max=;a34004-Avg=2;&&",
    );
    assert_eq!(segment.cp.factor("a34004", "Avg"), Some("2"), "the last one holds");
    assert_eq!(segment.cp.factor("a34004", "Flag"), Some("N"), "values over several items");
    assert_eq!(segment.cp.factor("LA", "Leq"), Some("84.2"));
    assert_eq!(segment.cp.factor("a34004", "Max"), None, "an empty value is missing");
    assert_eq!(segment.warnings, [Warning::RepeatedKey]);
    let hyphens = Segment::parse("CP=&&a-b-c=1=2&&");
    assert_eq!(hyphens.cp.factor("a", "b-c"), Some("1=2"), "split at the first hyphen and the first equals sign");
}

#[test]
fn a_segment_that_is_not_as_it_should_be_is_read_as_far_as_it_goes_and_warned_of() {
    // why, segment, warnings
    let rows: &[(&str, &str, &[Warning])] = &[
        ("no parameters", "ST=22;CN=2011", &[Warning::NoParameters]),
        ("not enclosed", "CP=RtdInterval=30", &[Warning::LooseParameters]),
        ("not closed", "CP=&&RtdInterval=30", &[Warning::LooseParameters]),
        ("something behind", "CP=&&RtdInterval=30&&;X=1", &[Warning::LooseParameters]),
        ("no pair", "ST;CP=&&RtdInterval=30;x;=1&&", &[Warning::NotAPair]),
        ("Chinese", "CP=&&RtdInterval=30;Info=站&&", &[Warning::NotAscii]),
    ];
    for (why, text, warnings) in rows {
        let segment = Segment::parse(text);
        assert_eq!(segment.warnings, *warnings, "{why}");
        assert!(*warnings == [Warning::NoParameters] || segment.cp.field("RtdInterval") == Some("30"), "{why}: {segment:?}");
    }
    let text = zhijian_telemetry::hj212::text_of(b"CP=&&Info=\xb7\xdb\xb3\xbe;RtdInterval=30&&");
    let segment = Segment::parse(&text);
    assert_eq!(segment.warnings, [Warning::NotAscii, Warning::Unreadable]);
    assert_eq!(segment.cp.field("RtdInterval"), Some("30"), "unreadable bytes hide no separator");
}

#[test]
fn a_header_that_cannot_be_taken_names_its_code() {
    // why, header, code
    let rows = [
        ("system code missing", "CN=2011;MN=A", QnRtn::System),
        ("system code no number", "ST=2x;CN=2011;MN=A", QnRtn::System),
        ("command too short", "ST=22;CN=201;MN=A", QnRtn::Command),
        ("no device", "ST=22;CN=2011;MN=", QnRtn::Device),
        ("flag above 8 bits", "ST=22;CN=2011;MN=A;Flag=300", QnRtn::Flag),
        ("request number too short", "QN=2016;ST=22;CN=2011;MN=A", QnRtn::Request),
        ("packet above the total", "ST=22;CN=2011;MN=A;Flag=7;PNUM=2;PNO=3", QnRtn::Unknown),
        ("packet zero", "ST=22;CN=2011;MN=A;Flag=7;PNUM=2;PNO=0", QnRtn::Unknown),
    ];
    for (why, text, code) in rows {
        let segment = Segment::parse(text);
        let refusal = Header::read(&segment).unwrap_err();
        assert_eq!(refusal.code, code, "{why}");
        assert!(refusal.to_string().contains(refusal.field), "{why}: {refusal}");
    }
    let old = Segment::parse("ST=31;CN=2011;PW=;MN=12345678901234;CP=&&&&");
    let header = Header::read(&old).unwrap();
    assert_eq!((header.qn, header.flag.version(), header.wants_answer()), (None, 0, false), "an old upload without QN and Flag");
}

#[test]
fn packet_numbers_without_the_bit_are_accepted_with_a_warning() {
    let segment = Segment::parse("ST=22;CN=2011;MN=A;Flag=4;PNUM=2;PNO=1;CP=&&&&");
    let header = Header::read(&segment).unwrap();
    assert_eq!(header.packet.map(|packet| (packet.total, packet.number)), Some((2, 1)));
    assert_eq!(header.warnings, [Warning::UnannouncedPacket]);
    let segment = Segment::parse("ST=22;CN=2011;MN=A;Flag=7;CP=&&&&");
    assert_eq!(Header::read(&segment).unwrap().warnings, [Warning::MissingPacketNumber]);
}

#[test]
fn only_normal_values_count_and_set_ones_by_setting() {
    for letter in ["N", "F", "M", "S", "D", "C", "T", "B"] {
        let flag = DataFlag::read(letter).unwrap();
        assert_eq!(flag.counts(false), letter == "N", "{letter}");
        assert_eq!(flag.counts(true), matches!(letter, "N" | "S"), "{letter}");
        assert!(label(Table::DataFlag, letter).is_some(), "{letter} has a label");
    }
    let segment = Segment::parse("CP=&&a34001-Rtd=1,a34001-Flag=n;a34002-Flag=N&&");
    assert_eq!(segment.cp.data_flag("a34001"), Err("n"), "told as it is");
    assert_eq!(segment.cp.data_flag("a34002"), Ok(Some(DataFlag::Normal)));
    assert_eq!(segment.cp.data_flag("a34004"), Ok(None));
}

#[test]
fn the_codes_of_the_summary_have_labels() {
    let rows = [
        (Table::System, &["21", "22", "23", "24", "25", "26", "27", "31", "32", "33", "36", "37", "38", "39", "51", "52", "91"][..]),
        (
            Table::Command,
            &[
                "1000", "1011", "1012", "1061", "1062", "1063", "1064", "2011", "2012", "2021", "2022", "2031", "2051", "2061", "2081",
                "3011", "9011", "9012", "9013", "9014",
            ][..],
        ),
        (Table::RequestResult, &["1", "2", "3", "4", "5", "6", "7", "8", "9", "100"][..]),
        (Table::ExecutionResult, &["1", "2", "3", "4", "5", "6", "100"][..]),
        (Table::Factor, &["a34001", "a34002", "a34004", "a21026", "a21004", "a21005", "a05024", "a01001", "a01008"][..]),
    ];
    for (table, codes) in rows {
        for code in codes {
            assert!(label(table, code).is_some(), "{table:?} {code}");
        }
    }
    for code in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "100"] {
        assert_eq!(QnRtn::read(code).map(|result| result.code().to_string()).as_deref(), Some(code));
    }
    assert_eq!(QnRtn::read("10"), None);
}

#[test]
fn device_time_is_local_and_ten_minutes_apart_is_skewed() {
    let device = data_time("20231008123340").unwrap();
    let offset = time::UtcOffset::from_hms(8, 0, 0).unwrap();
    let arrived = device.assume_offset(offset);
    assert!(!is_skewed(device, offset, arrived + time::Duration::minutes(10)));
    assert!(is_skewed(device, offset, arrived + time::Duration::seconds(601)));
    assert!(is_skewed(device, offset, arrived - time::Duration::seconds(601)));
    assert_eq!(request_time("20160801085857223").unwrap().millisecond(), 223);
    for wrong in ["2016080108585722", "20160801085857２２", "20161301085857223", "2016080108585722x", ""] {
        assert!(request_time(wrong).is_none(), "{wrong}");
    }
}
