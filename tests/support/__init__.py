"""What several test files share: records, nights of a registry, servers that take messages, and questions to a warehouse."""
