"""purser sim and purser demo against an instance: they must be right when all is well, and notice when it is not."""

import re


def test_fifteen_users_store_exactly_three_hundred(instance):
    done = instance.purser("sim", "-u", "15", "-t", "5", "-x", "20")
    assert re.search(r"claimed +300 ", done.stdout) and re.search(r"stored +300 ", done.stdout)
    assert "The books agree." in done.stdout
    assert instance.query("SELECT count(*) FROM transaction WHERE description LIKE 'sim %%'") == [(300,)]


def test_sim_notices_a_transaction_that_is_lost(instance):
    """A trigger that loses a row: what a broken worker would do."""
    instance.query("""CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS
                      $$BEGIN IF NEW.description = 'sim 3' THEN RETURN NULL; END IF; RETURN NEW; END$$;
                      CREATE TRIGGER lose BEFORE INSERT ON transaction FOR EACH ROW EXECUTE FUNCTION lose()""")
    try:
        done = instance.purser("sim", "-u", "1", "-t", "1", "-x", "6", check=False, deadline=30)
    finally:
        instance.query("DROP TRIGGER lose ON transaction; DROP FUNCTION lose()")
    assert done.returncode == 1


def test_the_demonstration_shows_the_main_job(instance, tmp_path):
    first = instance.purser("demo", str(tmp_path / "person")).stdout
    assert f"{instance.url}/\n" in first
    totals = re.search(r"12 transactions: income 2768.40, expense 1127.32, net 1641.08 EUR", first)
    assert totals
    again = instance.purser("demo", str(tmp_path / "person")).stdout
    assert "12 inserted" in first and "12 duplicate" in again and totals.group(0) in again
