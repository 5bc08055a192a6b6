//! The contract of a store: every case is a plain function and runs on both databases.
//!
//! PostgreSQL is named by `ZHIJIAN_TEST_POSTGRES` (see `scripts/with-postgres.sh`). Without it that half fails, unless
//! `ZHIJIAN_SKIP_POSTGRES=1` says that it is left out on purpose.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod archive;
mod audit;
mod booking;
mod bulk;
mod crash;
mod damage;
mod duties;
mod filters;
mod lists;
mod notices;
mod outbox;
mod people;
mod random_edits;
mod reading_hours;
mod reading_room;
mod readings;
mod records;
mod rewrite;
mod sample;
mod scopes;
mod setup;
mod writing;

/// Makes one test a case and database. A case that is missing here is unused code, which the lints refuse.
macro_rules! store_contract {
    ($($group:ident { $($case:ident),+ $(,)? })+) => {
        mod sqlite {
            $(mod $group { $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    crate::setup::run(crate::setup::Database::Sqlite, async |base| crate::$group::$case(base).await).await;
                }
            )+ })+
        }
        mod postgres {
            $(mod $group { $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    crate::setup::run(crate::setup::Database::Postgres, async |base| crate::$group::$case(base).await).await;
                }
            )+ })+
        }
    };
}

store_contract! {
    booking {
        rq_146_many_who_book_at_once_never_overbook,
    }
    duties {
        rows_are_replaced_for_the_records_looked_at,
        a_share_is_the_union_of_its_parts,
        counts_and_pages_follow_the_days,
    }
    notices {
        what_is_marked_is_never_told_again,
        two_who_tell_the_same_tell_it_once,
        a_reader_pages_filters_and_reads_its_own_notices,
        the_end_of_a_duty_is_waited_for_and_told_to_its_readers,
        messages_wait_are_sent_or_given_up,
        wishes_and_holds_are_replaced,
    }
    records {
        a_record_is_found_as_it_was_written,
        absence_is_an_answer,
        history_keeps_every_revision,
        as_of_shows_what_was_newest_then,
        a_clock_that_is_set_back_leaves_one_newest_revision_at_any_instant,
        records_are_found_by_natural_key,
        references_find_records_by_their_ways,
        lookup_keys_are_replaced_with_the_record,
        retracted_records_are_kept_but_not_shown,
        a_document_keeps_its_exact_text,
        chinese_text_survives_everywhere,
        an_unknown_kind_is_a_bad_query,
    }
    writing {
        several_commits_are_one_transaction,
        the_second_writer_is_stale,
        a_revision_of_a_record_that_does_not_exist_is_stale,
        a_new_record_with_a_known_id_is_stale,
        a_natural_key_belongs_to_one_record,
        the_key_of_a_retracted_record_stays_taken,
        a_key_can_be_given_up_and_taken_in_one_commit,
        any_conflict_undoes_a_strict_commit,
        a_bulk_commit_skips_conflicts_and_reports_them,
        a_bulk_commit_that_is_all_conflicts_writes_no_audit_line,
        one_commit_can_revise_a_record_twice,
        a_commit_without_records_adds_its_audit_line_only,
        a_repeated_request_writes_nothing_and_gives_the_first_answer,
        a_checkpoint_is_saved_with_its_rows_or_not_at_all,
        documents_that_would_break_every_query_are_refused,
        eight_writers_leave_no_gap,
        two_writers_of_one_record_do_not_both_win,
        a_writer_that_gives_up_half_way_leaves_nothing,
    }
    lists {
        pages_give_each_row_exactly_once_over_ties_and_blanks,
        pages_of_system_columns_give_each_row_exactly_once,
        pages_as_of_an_instant_give_each_row_exactly_once,
        a_cursor_of_another_query_is_refused,
        numbers_sort_as_numbers_and_texts_by_code_point,
        counts_stop_at_the_limit,
        values_are_counted_largest_first,
        no_limit_means_no_rows,
    }
    filters {
        each_comparison_selects_what_it_says,
        arrays_contain_codes_and_texts_contain_fragments,
        nothing_in_a_value_is_a_wildcard_or_ends_a_text,
        truth_values_and_nested_fields_filter_alike_in_both_databases,
        filters_that_make_no_sense_are_bad_queries,
        search_fragments_are_alternatives_that_must_all_hold,
        fields_of_odd_types_do_not_break_a_query,
    }
    scopes {
        an_empty_scope_sees_nothing,
        a_scope_is_the_union_of_its_parts,
        counts_and_searches_stay_inside_the_scope,
        a_township_is_a_scope,
        a_field_is_a_scope,
    }
    outbox {
        events_come_in_order_and_positions_only_move_forward,
        an_event_names_the_partitions_that_a_move_leaves_and_enters,
        partitions_and_scans_give_everything_that_was_written,
    }
    audit {
        the_chain_verifies,
        a_line_says_who_when_from_where_what_and_why,
        tampering_is_found_at_its_place,
        deleted_exchanged_and_inserted_lines_are_found,
        records_that_are_deleted_or_put_in_are_found,
        a_cut_or_rewritten_end_is_proved_by_a_head_that_was_kept,
        lines_are_found_by_what_is_asked,
    }
    archive {
        a_store_moves_to_another_database_and_back,
        increments_continue_and_any_line_can_be_the_last,
        a_snapshot_sees_nothing_of_what_is_written_meanwhile,
    }
    rewrite {
        rewritten_revisions_keep_the_chain_true,
        a_rewrite_that_would_change_what_was_said_is_refused,
        a_revision_that_looks_otherwise_by_now_is_left_alone,
        a_rewrite_finds_the_revision_wherever_it_is_by_now,
        a_rewrite_on_record_is_an_event_and_moves_its_job_on,
    }
    people {
        accounts_are_written_and_read,
        sessions_end_one_by_one_and_all_together,
        a_factor_is_used_up_by_one_of_two,
        tokens_are_written_used_and_taken_away,
        attempts_side_by_side_count_one_by_one,
        jobs_are_listed_newest_first,
        findings_come_in_order_of_rows,
        settings_are_written_and_read,
        a_lease_has_one_holder,
    }
    bulk {
        a_large_commit_is_one_transaction,
        a_large_correction_keeps_all_revisions,
    }
    damage {
        a_newer_schema_is_refused,
        opening_again_finds_everything,
        a_kind_that_changes_gets_its_new_indexes,
        two_programs_can_open_a_new_database_together,
        a_failure_in_the_last_step_undoes_the_whole_commit,
    }
    crash {
        acknowledged_commits_survive_a_kill,
    }
    readings {
        rq_026_a_reading_is_named_by_device_factor_and_moment,
        rq_026_a_higher_count_corrects_and_a_contradiction_keeps_what_protects,
        what_is_refused_is_counted_and_found_by_device_and_reason,
        ranges_and_pieces_give_what_was_kept,
        batches_side_by_side_keep_each_reading_once,
        what_was_kept_is_there_when_the_store_is_opened_again,
        rq_026_days_that_were_over_are_noted_and_old_rows_go_but_the_newest_stays,
    }
    reading_hours {
        hours_that_are_summed_up_say_what_the_readings_say,
        hours_stay_exact_while_many_write_and_sum_up_at_once,
        a_clock_that_is_put_back_makes_hours_open_again,
    }
    reading_room {
        rq_026_a_full_quarantine_lets_repeated_entries_go_first_and_counts_them,
        strangers_share_one_room_and_one_count,
        everything_together_has_an_end_too,
    }
    random_edits {
        any_sequence_of_edits_keeps_history_whole,
    }
}
