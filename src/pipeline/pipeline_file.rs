//! Reads a pipeline file into a checked [`Plan`]. Whatever is unknown is refused with its line.

use serde::Deserialize;
use sohoa_base::error::Result;
use sohoa_base::messages::{Message, pipelines};
use sohoa_base::model::pipeline_plan::{PipelinePlan, StageConfig, StageGroup, StageLevel};
use sohoa_stages as stages;
use sohoa_stages::stage::PipelineEntry;
use toml::Spanned;

/// The pipeline that is used when none is named.
pub const ADMINISTRATIVE: &str = include_str!("../../pipelines/administrative.toml");

/// The pipelines that the program brings along.
pub const BUILT_IN: [&str; 2] = [ADMINISTRATIVE, include_str!("../../pipelines/fast.toml")];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PipelineFile {
    name: String,
    #[serde(rename = "stage")]
    stages: Vec<Spanned<toml::Table>>,
}

/// The plan that `text` describes; `origin` names it in messages.
///
/// # Errors
/// `Invalid`, naming the line, for an unknown key, stage, option or value, or an order that cannot work.
pub fn parse(text: &str, origin: &str) -> Result<PipelinePlan> {
    let file: PipelineFile = toml::from_str(text)
        .map_err(|error| pipelines::pipeline_invalid(origin, error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")))?;
    let mut groups: Vec<StageGroup> = Vec::new();
    for stage in file.stages {
        let line = text.get(..stage.span().start).unwrap_or_default().matches('\n').count() + 1;
        let wrong = |reason: Message| pipelines::pipeline_line_invalid(origin, line, reason);
        let mut options = stage.into_inner();
        let name = match options.remove("name") {
            Some(toml::Value::String(name)) => name,
            _ => return Err(wrong(pipelines::stage_without_name())),
        };
        if stages::RETIRED_STAGES.contains(&name.as_str()) {
            continue;
        }
        let Some(known) = stages::by_name(&name) else {
            let names: Vec<&str> = stages::STAGES.iter().map(|stage| stage.name()).collect();
            return Err(wrong(pipelines::stage_unknown(name, names.join(", "))));
        };
        if groups.iter().flat_map(|group| &group.stages).any(|step| step.stage == name) {
            return Err(wrong(pipelines::stage_repeated(name)));
        }
        let options = serde_json::from_value(serde_json::json!(options)).map_err(|error| wrong(pipelines::stage_value_invalid(error)))?;
        let options = known.options().check(options).map_err(|error| wrong(pipelines::stage_options_of(&name)).caused_by(error))?;
        let step = StageConfig { stage: name, options };
        match groups.last_mut() {
            Some(group) if group.level == known.level() => group.stages.push(step),
            _ => groups.push(StageGroup { level: known.level(), stages: vec![step] }),
        }
    }
    check_option_groups(&groups).map_err(|reason| pipelines::pipeline_invalid(origin, reason))?;
    let levels: Vec<StageLevel> = groups.iter().map(|group| group.level).collect();
    check_order(&levels).map_err(|reason| pipelines::pipeline_invalid(origin, reason))?;
    Ok(PipelinePlan { name: file.name, groups })
}

/// Checks that an option group precedes its stage in the same stage group, so that the options reach it.
fn check_option_groups(groups: &[StageGroup]) -> std::result::Result<(), Message> {
    for group in groups {
        for (place, step) in group.stages.iter().enumerate() {
            if let Some(PipelineEntry::Options(options)) = stages::by_name(&step.stage)
                && !group.stages.iter().skip(place).any(|later| later.stage == options.stage)
            {
                return Err(pipelines::options_without_stage(options.name, options.stage));
            }
        }
    }
    Ok(())
}

/// Checks the order of levels: file, page, dossier, document. A dossier stage must find documents before a document stage can
/// run.
fn check_order(levels: &[StageLevel]) -> std::result::Result<(), Message> {
    if levels.first() != Some(&StageLevel::File) {
        return Err(pipelines::pipeline_without_intake());
    }
    let place = |level: StageLevel| levels.iter().position(|found| *found == level);
    let (Some(page), Some(dossier)) = (place(StageLevel::Page), place(StageLevel::Dossier)) else {
        return Err(pipelines::pipeline_without_levels());
    };
    if dossier < page || place(StageLevel::Document).is_some_and(|document| document < dossier) {
        return Err(pipelines::pipeline_order_wrong());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn built_in_pipeline_groups_adjacent_stages() {
        let plan = parse(ADMINISTRATIVE, "built in").unwrap();
        let shape: Vec<(StageLevel, usize)> = plan.groups.iter().map(|group| (group.level, group.stages.len())).collect();
        let expected =
            [(StageLevel::File, 1), (StageLevel::Page, 2), (StageLevel::Dossier, 1), (StageLevel::Document, 4), (StageLevel::Dossier, 1)];
        assert_eq!(shape, expected);
        let fast = parse(include_str!("../../pipelines/fast.toml"), "fast").unwrap();
        assert_eq!((fast.name.as_str(), fast.groups.len()), ("fast", plan.groups.len()));
    }

    #[test]
    fn unknown_entries_are_rejected_with_line_number() {
        let refused = |from: &str, to: &str| {
            let text = ADMINISTRATIVE.replace(from, to);
            assert_ne!(text, ADMINISTRATIVE, "{from} is not in the pipeline");
            parse(&text, "test").unwrap_err().chain()
        };
        let stage = refused("name = \"separate\"", "name = \"seperate\"");
        let named = ADMINISTRATIVE.lines().position(|line| line == "name = \"separate\"").unwrap();
        assert!(stage.contains(&format!("line {named}:")) && stage.contains("seperate") && stage.contains("separate,"), "{stage}");
        let option = refused("profile = \"a1b\"", "profle = \"a1b\"");
        assert!(option.contains("line ") && option.contains("profle"), "{option}");
        let value = refused("profile = \"a1b\"", "profile = \"a9\"");
        assert!(value.contains("a9"), "{value}");
        let key = refused("name = \"administrative\"", "name = \"x\"\nspeed = 1");
        assert!(key.contains("speed") && key.contains("line"), "{key}");
        assert!(refused("name = \"intake\"", "name = \"read\"").contains("second time"));
    }

    #[test]
    fn every_option_is_listed_with_its_default() {
        for (text, differs) in [(ADMINISTRATIVE, None), (include_str!("../../pipelines/fast.toml"), Some("min_confidence"))] {
            let mut expected = Vec::new();
            for stage in stages::STAGES {
                expected.extend(stage.options().defaults().into_iter().map(|(option, default)| (stage.name().to_owned(), option, default)));
            }
            let (mut listed, mut stage) = (Vec::new(), String::new());
            for line in text.lines() {
                let Ok(line) = toml::from_str::<toml::Table>(line.strip_prefix("# ").unwrap_or(line)) else { continue };
                for (option, value) in line {
                    match value.as_str() {
                        Some(name) if option == "name" => stage = name.to_owned(),
                        _ if option == "stage" => {}
                        _ => listed.push((stage.clone(), option, serde_json::json!(value))),
                    }
                }
            }
            for (_, option, value) in expected.iter_mut().chain(&mut listed) {
                if Some(option.as_str()) == differs {
                    *value = serde_json::Value::Null;
                }
            }
            expected.sort_by_key(|(stage, option, _)| (stage.clone(), option.clone()));
            listed.sort_by_key(|(stage, option, _)| (stage.clone(), option.clone()));
            assert!(expected.len() > 9, "{expected:?}");
            assert_eq!(listed, expected);
        }
    }

    #[test]
    fn recorded_names_of_options_give_the_same_plan() {
        let old = ADMINISTRATIVE
            .replace("\nmin_confidence =", "\ndoubt_below =")
            .replace("\nmin_implausible_confidence =", "\ndoubt_implausible_below =")
            .replace("\nsecond_pass_budget_px =", "\nreread_px =");
        let plan = parse(ADMINISTRATIVE, "test").unwrap();
        assert_eq!(parse(&old, "test").unwrap(), plan);
        let read = plan.groups.iter().flat_map(|group| &group.stages).find(|step| step.stage == "read").unwrap();
        assert_eq!(read.options, serde_json::json!({ "doubt_below": 60, "doubt_implausible_below": 93, "reread_px": 2000 }));
        let both = ADMINISTRATIVE.replace("\nmin_confidence =", "\ndoubt_below = 60\nmin_confidence =");
        let error = parse(&both, "test").unwrap_err().chain();
        let stage = both.lines().position(|line| line == "name = \"read\"").unwrap();
        assert!(error.contains(&format!("line {stage}:")) && error.contains("min_confidence and doubt_below"), "{error}");
    }

    #[test]
    fn option_setting_stages_must_precede_their_target() {
        let file = |names: &[&str]| {
            let stages: String = names.iter().map(|name| format!("[[stage]]\nname = \"{name}\"\n")).collect();
            parse(&format!("name = \"test\"\n{stages}"), "test").map_err(|error| error.chain())
        };
        assert!(file(&["intake", "prepare", "read", "separate"]).is_ok());
        assert!(file(&["intake", "read", "separate"]).is_ok());
        for wrong in [&["intake", "prepare", "separate"][..], &["intake", "read", "prepare", "separate"]] {
            assert!(file(wrong).unwrap_err().contains("prepare sets options of read"), "{wrong:?}");
        }
    }
}
