"""What the integration tests stand on: private servers, an instance of Purser, a client, a clock, a mail drop.

    waiting    wait_until: a condition with a deadline, in place of sleep
    servers    Redis and PostgreSQL of our own, on unix sockets
    smtp       a mail server on loopback that answers as it is told
    clock      a time of day that a test sets
    maildrop   the mails of an instance that delivers to a maildir
    client     HTTP, standard library only
    instance   purser-api, purser-worker and purser-scheduler, started, watched, killed
    people     users made the way people are made: by a code in a mail
"""
