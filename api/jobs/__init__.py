"""Long work as rows of a table: accepted by web workers, solved elsewhere, kept to its end."""
