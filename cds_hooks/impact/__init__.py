"""What a change of the knowledge does to patients: the same charts answered under two versions, and told apart."""
