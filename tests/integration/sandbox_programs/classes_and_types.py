import abc
import contextlib
import enum
import inspect
import typing


class Colour(enum.Enum):
    RED = 1


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...


class Square(Shape):
    def __init__(self, side: float) -> None:
        self.side = side

    def area(self) -> float:
        return self.side**2


@contextlib.contextmanager
def opened():
    yield Square(2)


with opened() as shape:
    assert shape.area() == 4
assert typing.get_type_hints(Square.area) == {"return": float}
assert "side" in inspect.getsource(Square.__init__)
assert Colour["RED"].value == 1
