-- Addresses that refused for good: nothing is sent there until their setting changes or a test alert arrives.

CREATE TABLE switched_off (
    channel VARCHAR NOT NULL,
    recipient VARCHAR NOT NULL,
    since TIMESTAMP NOT NULL,
    reason VARCHAR NOT NULL,
    setting VARCHAR NOT NULL,
    PRIMARY KEY (channel, recipient)
);
