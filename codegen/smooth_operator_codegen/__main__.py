"""`python -m smooth_operator_codegen`."""

from smooth_operator_codegen.cli import main

raise SystemExit(main())
