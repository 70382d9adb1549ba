"""The examples under `--help`, by command."""

from __future__ import annotations

__all__ = ["EXAMPLES", "epilog"]

EXAMPLES: dict[str, list[str]] = {
    "demo": ["mmsk demo", "mmsk demo --synthetic"],
    "train": [
        "mmsk train shop.csv --target category --output shop.mmsk",
        "mmsk train shop.csv -t category -b photo=image:photo -b words=text:title -w photo=0.5 -o shop.mmsk",
        "mmsk train shop.csv -t category --model forest --class-weight balanced -o shop.mmsk",
        "mmsk train birds/ -t label -m sklearn.neighbors.KNeighborsClassifier -p classifier__n_neighbors=3 -o b.mmsk",
    ],
    "tune": [
        "mmsk tune shop.csv --target category --step 0.25 --output shop.mmsk",
        "mmsk tune shop.csv -t category --groups seller -p classifier__C=0.1,1,10 -o shop.mmsk",
        "mmsk tune shop.csv -t category -p fusion__text__describe__analyzer=word,both --scoring f1_macro -o s.mmsk",
    ],
    "evaluate": [
        "mmsk evaluate shop.csv --target category",
        "mmsk evaluate shop.csv -t category --groups seller --cv 10 --scoring balanced_accuracy",
    ],
    "predict": [
        "mmsk predict shop.mmsk new.csv --output predictions.csv",
        "mmsk predict shop.mmsk new.csv --proba --on-error missing > predictions.csv",
    ],
    "retrieve": [
        "mmsk retrieve shop.csv --text 'a red bird' --target image",
        "mmsk retrieve shop.csv --query new.csv --theta 0.2 --output found.csv",
    ],
    "check": [
        "mmsk check shop.csv",
        "mmsk check shop.csv --full --hashes SHA256SUMS --output bad.csv",
    ],
    "describe": [
        "mmsk describe shop.csv --keep category --output features.parquet",
        "mmsk describe birds/ -b clip=mfcc+chroma:audio -o features.csv",
    ],
    "inspect": ["mmsk inspect shop.mmsk"],
    "list": ["mmsk list"],
    "cache": ["mmsk cache info --folder features", "mmsk cache prune --folder features --max-mb 500"],
}


def epilog(command: str) -> str:
    """Return the examples of a command for the foot of its help; blank lines keep them apart."""
    return "\n\n".join(["[bold]Examples[/bold]", *(f"[cyan]{line}[/cyan]" for line in EXAMPLES[command])])
