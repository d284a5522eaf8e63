design-title = Components
design-lead = Every component with all its examples, for design, building and accessibility checks.
