//! Contract tests of the catalogue, on SQLite and, where `TEST_POSTGRES_URL` is set, on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod accounts;
mod batch_control;
mod batch_runs;
mod concurrency;
mod decisions;
mod mfa_and_oidc;
mod monitoring;
mod page_quality;
mod quarantine;
mod rebuild;
mod review_queue;
mod roadmap;
mod support;
mod timeline;
mod uploads;

use accounts::*;
use batch_control::*;
use batch_runs::*;
use concurrency::*;
use decisions::*;
use mfa_and_oidc::*;
use monitoring::*;
use page_quality::*;
use quarantine::*;
use rebuild::*;
use review_queue::*;
use roadmap::*;
use support::*;
use timeline::*;
use uploads::*;

use sohoa_base::error::{Error, ErrorKind};
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::batch::{Batch, BatchState, PageBalance};
use sohoa_base::model::change::Change;
use sohoa_base::model::delivered_file::DeliveredFile;
use sohoa_base::model::dossier::{DossierSnapshot, FileState, Item, PageState};
use sohoa_base::model::page::reading::Quality;
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::refusal::RefusalClass;
use sohoa_catalog::{Catalog, FailureFilter, MAX_FAILURES, ReleaseOutcome};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

macro_rules! contract {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() {
            super::$name(super::home("sqlite").await.unwrap()).await;
        } )* }
        mod postgres { $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() {
            if let Some(home) = super::home("postgres").await { super::$name(home).await; }
        } )* }
    };
}

contract!(
    walks_every_group_and_joins,
    fences_a_lost_lease,
    a_crash_before_commit_costs_nothing,
    gives_up_after_too_many_failures,
    knows_duplicates,
    a_changed_file_is_kept_beside,
    opens_archives,
    refused_everything_is_still_deposited,
    a_second_delivery_makes_a_new_version,
    a_delivery_during_deposit_gets_its_own_round,
    a_batch_begins_on_the_line_that_is_told,
    an_upload_keeps_the_line_that_is_chosen,
    two_batches_of_one_dossier_both_end,
    retries_what_was_refused,
    the_queue_and_the_failures_are_counted,
    an_urgent_run_comes_first_and_its_events_are_found,
    a_run_is_told_moment_by_moment,
    what_another_run_did_is_there_when_it_comes,
    failures_are_found_by_stage_and_reason_and_secrets_are_not_shown,
    a_long_run_is_told_fast,
    a_document_is_in_one_hand_for_a_while,
    documents_wait_in_the_order_in_which_they_came,
    searches_are_kept_by_person,
    keeps_decisions_and_queues_the_document,
    cuts_and_joins_documents,
    turns_and_replaces_pages,
    holds_a_dossier_until_an_officer_decides,
    removes_what_must_not_be_here,
    cancels_and_takes_up_again,
    pauses,
    many_workers_do_each_task_once,
    receivers_and_workers_do_not_block_each_other,
    many_pages_are_fast,
    a_changed_event_shows,
    comes_back_from_records_and_ledgers,
    tells_the_quality_of_the_pages_of_a_batch,
    forgets_only_what_is_deposited,
    keys_end_and_sessions_that_rest_end_sooner,
    wrong_passwords_lock_longer_and_longer,
    only_one_is_the_first,
    who_is_disabled_has_no_key_and_a_new_password_ends_sessions,
    lists_batches_of_units_page_by_page,
    files_of_an_upload_are_announced_judged_and_counted,
    lists_of_an_upload_are_matched_as_things_come_and_go,
    an_upload_becomes_one_batch,
    of_two_same_files_at_once_one_is_the_duplicate,
    an_upload_of_ten_thousand_files_is_counted_and_listed,
    codes_are_used_up_by_one_of_two,
    a_sign_in_elsewhere_is_answered_once_and_in_time,
    who_comes_from_elsewhere_is_known_by_the_subject_alone,
    a_roadmap_has_one_newest_form,
    what_is_done_counts_for_its_line,
    what_others_do_for_a_line_is_told_too,
    progress_comes_back_from_ledgers,
    lines_share_the_workers_by_weight_and_none_starves,
);
