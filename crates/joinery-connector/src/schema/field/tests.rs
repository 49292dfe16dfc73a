//! Fields to JSON Schema and back.

use super::*;

fn dice(seed: &mut u64, sides: usize) -> usize {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).unwrap() % sides
}

/// A field as scripts may declare it; the same for the same seed.
fn field(seed: &mut u64, name: &str, depth: usize) -> Field {
    let kinds = [
        FieldType::String,
        FieldType::Integer,
        FieldType::Number,
        FieldType::Boolean,
        FieldType::Array,
        FieldType::Object,
    ];
    let kind = kinds[dice(seed, if depth > 2 { 4 } else { 6 })];
    let some = |seed: &mut u64, text: &str| (dice(seed, 3) == 0).then(|| text.to_owned());
    let option = |value: Value, label: &str| PickOption {
        value,
        label: label.to_owned(),
    };
    Field {
        name: name.to_owned(),
        label: some(seed, "Label"),
        hint: some(seed, "Hint"),
        kind,
        format: some(seed, "date-time"),
        required: !name.is_empty() && dice(seed, 2) == 0,
        default: (dice(seed, 3) == 0).then(|| json!(7)),
        options: match dice(seed, 4) {
            // Those of a list are written as those of what it holds.
            _ if kind == FieldType::Array => Vec::new(),
            0 => vec![option(json!("a"), "a"), option(json!(2), "2")],
            1 => vec![option(json!("a"), "First"), option(json!(null), "None at all")],
            _ => Vec::new(),
        }
        .into_iter()
        .filter(|option| !option.value.is_null())
        .collect(),
        pick_list: some(seed, "groups"),
        depends_on: (0..dice(seed, 2)).map(|_| "other".to_owned()).collect(),
        of: (kind == FieldType::Array).then(|| Box::new(field(seed, "", depth + 1))),
        properties: if kind == FieldType::Object {
            (0..dice(seed, 4))
                .map(|index| field(seed, &format!("p{}", 9 - index), depth + 1))
                .collect()
        } else {
            Vec::new()
        },
        control: some(seed, "text_area"),
        secret: dice(seed, 4) == 0,
        when: (dice(seed, 4) == 0).then(|| json!({"field": "kind", "equals": "a"})),
        sticky: dice(seed, 4) == 0,
        convert: (dice(seed, 4) == 0).then(|| "integer".to_owned()),
        nullable: dice(seed, 3) == 0,
    }
}

#[test]
fn fields_survive_the_way_through_json_schema() {
    let mut seed = 11;
    for round in 0..300 {
        let fields: Vec<Field> = (0..dice(&mut seed, 5))
            .map(|index| field(&mut seed, &format!("f{}", 9 - index), 0))
            .collect();
        let schema = to_schema(&fields);
        assert_eq!(from_schema(&schema), fields, "round {round}: {schema:#}");
        super::super::check(&schema, &json!({})).unwrap_or_else(|error| panic!("{error}: {schema:#}"));
    }
}

#[test]
fn a_schema_from_elsewhere_is_read_with_its_references() {
    let schema = json!({
        "$defs": {"name": {"type": "string", "title": "Name"}, "node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
        "properties": {"first": {"$ref": "#/$defs/name"}, "tree": {"$ref": "#/$defs/node"}, "list": {"items": true}}
    });
    let fields = from_schema(&schema);
    assert_eq!(fields[0].label.as_deref(), Some("Name"));
    assert_eq!((fields[1].kind, fields[2].kind), (FieldType::Object, FieldType::Array));
}

#[test]
fn choices_are_an_enum_or_titled_constants_and_null_where_allowed() {
    let options = |labels: [&str; 2]| {
        let values = [json!("a"), json!("b")];
        values
            .into_iter()
            .zip(labels)
            .map(|(value, label)| PickOption {
                value,
                label: label.into(),
            })
            .collect()
    };
    let of = |labels, nullable| {
        to_schema(&[Field {
            name: "x".into(),
            options: options(labels),
            nullable,
            ..Field::default()
        }])
    };
    assert_eq!(of(["a", "b"], true)["properties"]["x"]["enum"], json!(["a", "b", null]));
    let titled = of(["A", "B"], false);
    assert_eq!(
        titled["properties"]["x"]["oneOf"],
        json!([{"const": "a", "title": "A"}, {"const": "b", "title": "B"}])
    );
}

#[test]
fn the_options_of_a_list_are_what_may_stand_in_it() {
    let option = |value: &str, label: &str| PickOption {
        value: value.into(),
        label: label.into(),
    };
    let days = Field {
        name: "days".into(),
        kind: FieldType::Array,
        options: vec![option("Mon", "Mon"), option("Tue", "Tue")],
        ..Field::default()
    };
    let kinds = Field {
        name: "kinds".into(),
        kind: FieldType::Array,
        options: vec![option("a", "First")],
        of: Some(Box::default()),
        ..Field::default()
    };
    let schema = to_schema(&[days, kinds]);
    assert_eq!(schema["properties"]["days"]["items"], json!({ "enum": ["Mon", "Tue"] }));
    let choices = json!([{ "const": "a", "title": "First" }]);
    assert_eq!(
        schema["properties"]["kinds"]["items"],
        json!({ "type": "string", "oneOf": choices })
    );
    let check = |value| crate::schema::check(&schema, &value).unwrap();
    assert_eq!(check(json!({ "days": ["Tue"], "kinds": ["a"] })), []);
    assert_eq!(check(json!({ "days": ["Tue", "Sun"] }))[0].path, "days[1]");
}
