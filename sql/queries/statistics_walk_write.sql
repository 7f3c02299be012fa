-- $1 behind whom the round of checks goes on, null: a new round
INSERT INTO rollup_walk (after_user) VALUES ($1::uuid) ON CONFLICT (one) DO UPDATE SET after_user = excluded.after_user
