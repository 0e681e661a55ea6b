//! The catalogue: what is known, in SQL (SQLite or PostgreSQL); the queue; the one place that writes facts.
