-- Behind whom the round of checks goes on; null or no row: a new round
SELECT after_user FROM rollup_walk
