-- Merges the words of new rows into their index (sql/migrations/0040_transaction_filters.sql).
SELECT gin_clean_pending_list('transaction_words'::regclass) AS pages
