"""What scikit-learn expects of any estimator: parameters that are stored and nothing else, a fit to be repeated."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from mmsk._base import ItemDescriptor
from mmsk._params import ANY, InvalidParameterError
from mmsk.testing._expect import demand, demand_same_bits, other_values, raised, vectors


def check_no_work_in_init(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """`__init__` stores each argument as it is, whatever it is, and sets nothing else."""
    sentinels: dict[str, Any] = {name: object() for name in descriptor.get_params(deep=False)}
    stored = vars(type(descriptor)(**sentinels))
    wanted = "__init__ stores its arguments as they are and does nothing else; validation belongs into fit"
    demand(descriptor, set(stored) == set(sentinels), wanted, f"attributes {sorted(set(stored) ^ set(sentinels))}")
    changed = [name for name, value in sentinels.items() if stored[name] is not value]
    demand(descriptor, not changed, wanted, f"other objects in {changed}")


def check_parameters_are_named(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """Each parameter has a name: no *args, no **kwargs, and all that descriptors share are there."""
    parameters = list(inspect.signature(type(descriptor).__init__).parameters.values())[1:]
    loose = [str(one) for one in parameters if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    demand(descriptor, not loose, "__init__ names each of its parameters", loose)
    lacking = sorted(set(ItemDescriptor._shared_constraints) - {one.name for one in parameters})
    demand(descriptor, not lacking, "__init__ takes the parameters of ItemDescriptor and passes them on", lacking)


def check_get_and_set_params(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """What get_params returns, set_params takes, and nothing changes."""
    copy = clone(descriptor)
    params = copy.get_params(deep=False)
    returned = copy.set_params(**params)
    demand(descriptor, returned is copy, "set_params returns self", returned)
    changed = [name for name, value in copy.get_params(deep=False).items() if value is not params[name]]
    demand(descriptor, not changed, "set_params(**get_params()) changes nothing", changed)
    error = raised(lambda: copy.set_params(no_such_parameter=1), ValueError)
    demand(descriptor, "no_such_parameter" in str(error), "an unknown parameter is refused by its name", repr(error))


def check_each_parameter_has_a_constraint(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """`_parameter_constraints` says of each parameter what it may be."""
    named, constrained = set(descriptor.get_params(deep=False)), set(descriptor._parameter_constraints)
    wanted = "_parameter_constraints has an entry for each parameter and for nothing else"
    demand(descriptor, named == constrained, wanted, sorted(named ^ constrained))
    free = [name for name, constraint in descriptor._parameter_constraints.items() if constraint == ANY]
    demand(descriptor, not free, "each entry of _parameter_constraints says what the parameter may be", free)


def check_bad_parameters_are_refused(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """An absurd value of any parameter is refused in fit, by the parameter's name."""
    for name in descriptor.get_params(deep=False):
        bad = clone(descriptor).set_params(**{name: object()})
        error = raised(lambda bad=bad: bad.fit(items))
        refused = isinstance(error, InvalidParameterError) and f"'{name}'" in str(error)
        demand(descriptor, refused, f"fit raises InvalidParameterError for {name}=object(), naming it", repr(error))


def check_unknown_limits_are_refused(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A limit that the kind of item does not know is refused in fit, by its name."""
    error = raised(lambda: clone(descriptor).set_params(limits={"no_such_limit": 1}).fit(items), ValueError)
    demand(descriptor, "no_such_limit" in str(error), "an unknown limit is refused by its name", repr(error))


def check_set_params_is_constructing_anew(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A parameter that is set later does what it would have done in `__init__`."""
    for name, value in other_values(descriptor):
        set_later = clone(descriptor).set_params(**{name: value, "cache": False})
        made_anew = type(descriptor)(**set_later.get_params(deep=False))
        errors = [raised(lambda one=one: one.fit(items[:2]).transform(items[:2])) for one in (set_later, made_anew)]
        wanted = f"set_params({name}={value!r}) does what __init__ would have done"
        demand(descriptor, repr(errors[0]) == repr(errors[1]), wanted, errors)
        if errors == [None, None]:
            found, expected = (np.asarray(one.transform(items[:2])) for one in (set_later, made_anew))
            demand_same_bits(descriptor, found, expected, wanted)


def check_clone(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """A clone has the same parameters, nothing that was learned, and makes the same vectors."""
    fitted = clone(descriptor).fit(items)
    copy = clone(fitted)
    learned = sorted(name for name in vars(copy) if name.endswith("_"))
    demand(descriptor, not learned, "a clone is not fitted", learned)
    same = repr(copy.get_params()) == repr(fitted.get_params())
    demand(descriptor, same, "a clone has the same parameters", copy.get_params())
    wanted = "a clone makes the same vectors"
    demand_same_bits(descriptor, vectors(copy, items, cache=False), vectors(fitted, items, cache=False), wanted)


def check_representation(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """It can be printed and drawn, fitted or not."""
    for one in (clone(descriptor), clone(descriptor).fit(items)):
        name = type(descriptor).__name__
        demand(descriptor, name in repr(one), "repr says what it is", repr(one))
        demand(descriptor, name in one._repr_html_(), "a notebook can draw it")


def check_transform_needs_fit(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """Before fit there are neither vectors nor names."""
    for action in ("transform", "get_feature_names_out"):
        copy = clone(descriptor)
        error = raised(lambda copy=copy, action=action: getattr(copy, action)(items))
        demand(descriptor, isinstance(error, NotFittedError), f"{action} before fit raises NotFittedError", repr(error))


def check_fit_returns_self_and_keeps_parameters(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """`fit` returns self, leaves the parameters alone, and what it learns ends in an underscore."""
    copy = clone(descriptor)
    params = copy.get_params()
    demand(descriptor, copy.fit(items, np.arange(len(items))) is copy, "fit(X, y) returns self")
    changed = [name for name, value in copy.get_params().items() if value is not params[name]]
    demand(descriptor, not changed, "fit leaves the parameters alone", changed)
    learned = set(vars(copy)) - set(copy.get_params(deep=False))
    loose = sorted(name for name in learned if not name.endswith("_") and not name.startswith("_"))
    demand(descriptor, not loose, "what fit learns ends in an underscore", loose)


def check_fit_is_idempotent(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """Fitting again, on whatever items, changes nothing."""
    copy = clone(descriptor).set_params(cache=False).fit(items)
    first, names = copy.transform(items), list(copy.get_feature_names_out())
    copy.fit(items[::-1]).fit(items[:1])
    wanted = "fitting again changes nothing: nothing is learned from the items"
    demand(descriptor, list(copy.get_feature_names_out()) == names, wanted)
    demand_same_bits(descriptor, np.asarray(copy.transform(items)), np.asarray(first), wanted)


def check_fit_transform_is_fit_and_transform(descriptor: ItemDescriptor, items: Sequence[Any]) -> None:
    """`fit_transform` is `fit` and then `transform`."""
    apart = np.asarray(clone(descriptor).set_params(cache=False).fit(items).transform(items))
    demand_same_bits(descriptor, vectors(descriptor, items, cache=False), apart, "fit_transform is fit and transform")
