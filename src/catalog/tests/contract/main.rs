//! Contract tests of the catalogue, on SQLite and, where `TEST_POSTGRES_URL` is set, on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod accounts;
mod backup;
mod batch_control;
mod batch_runs;
mod concurrency;
mod decisions;
mod event_log;
mod failed_tasks;
mod folder_deliveries;
mod mfa_and_oidc;
mod migration;
mod monitoring;
mod outbox;
mod page_quality;
mod quarantine;
mod rebuild;
mod review_queue;
mod roadmap;
mod support;
mod timeline;
mod uploads;
mod withholding;

use accounts::*;
use backup::*;
use batch_control::*;
use batch_runs::*;
use concurrency::*;
use decisions::*;
use event_log::*;
use failed_tasks::*;
use folder_deliveries::*;
use mfa_and_oidc::*;
use monitoring::*;
use outbox::*;
use page_quality::*;
use quarantine::*;
use rebuild::*;
use review_queue::*;
use roadmap::*;
use support::*;
use timeline::*;
use uploads::*;
use withholding::*;

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
            super::$name(super::open_test_catalog("sqlite").await.unwrap()).await;
        } )* }
        mod postgres { $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() {
            if let Some(home) = super::open_test_catalog("postgres").await { super::$name(home).await; }
        } )* }
    };
}

contract!(
    folder_deliveries_of_one_name_have_batches_of_their_own,
    unreadable_files_stand_in_the_balance,
    batch_passes_all_stage_groups_to_deposit,
    expired_lease_cannot_commit,
    failed_commit_is_rolled_back_and_batch_resumes,
    task_is_exhausted_after_max_failures,
    duplicate_files_are_detected,
    changed_file_with_same_path_is_kept_separately,
    archives_are_expanded_into_dossiers,
    dossier_without_usable_pages_is_deposited,
    second_delivery_creates_new_dossier_version,
    delivery_during_deposit_is_deposited_separately,
    batch_is_attached_by_person_list_or_rule,
    chosen_target_of_upload_is_saved,
    upload_quotas_are_kept,
    concurrent_batches_of_one_dossier_all_finish,
    refused_items_are_retried,
    failed_task_parks_its_dossier_alone,
    cancelled_failure_refuses_what_was_unfinished,
    new_delivery_does_failed_tasks_again,
    task_whose_item_cannot_be_loaded_is_parked,
    queue_and_failures_are_counted,
    priority_batch_is_claimed_first_and_events_are_found,
    timeline_reports_page_counts_over_time,
    timeline_includes_duplicate_held_and_cancelled_pages,
    failures_are_filtered_and_secret_originals_stay_hidden,
    timeline_of_ten_thousand_pages_is_fast,
    review_lock_is_exclusive_and_expires,
    review_queue_is_ordered_by_arrival_and_filterable,
    saved_searches_are_per_user_and_limited,
    decisions_are_saved_and_document_is_requeued,
    documents_are_split_and_joined,
    pages_are_rotated_and_replaced,
    quarantined_dossier_is_held_until_release,
    removal_of_held_files_keeps_stored_version,
    archive_around_secret_page_stays_and_is_removed_with_it,
    archive_is_deposited_once_all_members_are_free,
    same_secret_bytes_are_removed_with_every_archive,
    original_of_unread_page_waits_for_retry_or_release,
    refused_file_beside_secret_page_stays_and_is_removed,
    replacement_with_stamp_is_held_like_any_file,
    archive_in_held_dossier_holds_its_members,
    documents_not_yet_stored_are_held_too,
    cancelled_batch_is_processed_on_redelivery,
    paused_batch_is_not_claimed,
    concurrent_workers_run_each_task_once,
    receivers_and_workers_do_not_block_each_other,
    file_of_5000_pages_keeps_page_order,
    tampered_event_log_is_detected,
    reads_are_recorded_while_the_log_is_locked,
    commits_do_not_wait_for_the_sealer,
    events_of_one_transaction_keep_their_order,
    several_sealers_make_one_chain,
    spooled_reads_of_an_ended_process_are_imported_once,
    details_of_removed_papers_are_blanked,
    catalog_is_rebuilt_from_records_and_ledgers,
    unfinished_batch_is_rebuilt_and_goes_on,
    accounts_and_log_are_restored_into_a_rebuilt_catalogue,
    backup_with_unknown_rows_is_refused,
    changed_fact_stays_due_until_store_has_newest_state,
    writer_that_lost_its_claim_notes_the_fact_again,
    refused_change_notes_nothing_for_the_store,
    page_quality_is_listed_per_batch_and_after_rebuild,
    only_deposited_intake_blobs_are_deletable,
    keys_expire_and_idle_sessions_expire_earlier,
    repeated_wrong_passwords_lock_name_for_one_network,
    session_counts_as_renewed_for_a_while,
    loss_of_rights_or_password_ends_keys_of_programs,
    units_that_look_alike_are_refused,
    events_name_the_key_of_a_program,
    only_one_first_user_is_created,
    disabling_user_or_changing_password_revokes_sessions,
    batches_are_listed_by_unit_and_paginated,
    upload_files_are_classified_and_counted,
    missing_and_unlisted_upload_files_are_tracked,
    upload_starts_exactly_one_batch,
    concurrent_identical_uploads_yield_one_duplicate,
    upload_of_ten_thousand_files_is_counted_and_listed,
    totp_and_recovery_codes_are_single_use,
    oidc_login_state_is_single_use_and_expires,
    external_account_is_identified_by_subject_only,
    roadmap_update_requires_newer_version,
    progress_is_counted_for_attached_target,
    cached_progress_sees_changes_of_other_processes,
    progress_is_rebuilt_from_ledgers,
    targets_share_workers_by_weight_without_starvation,
);
