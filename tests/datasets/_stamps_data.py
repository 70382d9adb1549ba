"""A small folder of stamps, and how the tests fetch it: with whatever few rows a class has."""

from mmsk.datasets import fetch_stamps

FILES = {
    "animals/birds/owl.png": "",
    "animals/birds/owl_mirror.png": "",
    "animals/birds/owl.txt": "An owl.\nfr.utf8=Un hibou.\nde.utf8=\nsq@x.utf8=Një buf = zog.\n",
    "animals/birds/owl.ogg": "",
    "animals/birds/owl_desc_fr.ogg": "",
    "animals/birds/owl_desc.ogg": "",
    "animals/birds/owl_desc_pt_BR.wav": "",
    "animals/birds/owl2.svg": "",
    "animals/birds/owl2.txt": "Two owls!\nfr.utf8=Deux hiboux.\n",
    "animals/cat_flip.png": "",
    "animals/cat_flip.txt": "A cat doing a flip.",
    "symbols/7.png": "",
    "symbols/7.txt": "\ufeffSeven.\nfr.utf8=Sept.\n",
    "symbols/7.ogg": "",
    "symbols/7_fr.ogg": "",
    "symbols/8.png": "",
    "README.txt": "no stamp",
}


def plant(folder):
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return folder


def fetch(**options):
    return fetch_stamps(**{"min_rows": 1, **options})
