import io

import matplotlib.pyplot as plt
from matplotlib import font_manager

assert "DejaVu Sans" in {font.name for font in font_manager.fontManager.ttflist}
fig, ax = plt.subplots(figsize=(3, 2))
ax.plot([1, 2, 3], label="Größe √x αβγ")
ax.set_title(r"$\int_0^1 x^2\,dx = \frac{1}{3}$", family="serif")
ax.legend()
for kind in ("png", "svg", "pdf"):
    out = io.BytesIO()
    fig.savefig(out, format=kind)
    assert len(out.getvalue()) > 3000
