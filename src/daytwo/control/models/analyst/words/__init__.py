"""Words by themselves: tokens, spelling, dates, what each known word means; ways of asking put into one."""
