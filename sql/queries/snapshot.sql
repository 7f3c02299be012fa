-- Every statement of the transaction sees the same moment.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
