"""The figures of shared/data/README.md and shared/specs/circuits.md, by checkpoint."""

from __future__ import annotations

# a real irrep of S5 in the checkpoints' words; degree and character on transpositions tell them apart
S5_NAMES = {
    "sign": (1, -1),
    "standard": (4, 2),
    "standard_sign": (4, -2),
    "5d_a": (5, -1),
    "5d_b": (5, 1),
    "6d": (6, 0),
}

SIMILARITIES = {
    "low_precision": {
        "k=3": 0.1132, "k=6": 0.2498, "k=9": 0.0135, "k=12": 0.0120, "k=23": 0.5886, "k=39": 0.2236,
        "k=44": 0.0056, "k=46": 0.0198,
    },
    "no_wd": {"k=36": 0.8849, "k=41": 0.0109, "k=52": 0.4067},
    "S5_MLP_seed1": {"sign": 0.3090, "standard": 0.4109, "standard_sign": 0.2944, "5d_a": 0.1990},
    "S5_MLP_seed4": {"sign": 0.3726, "standard": 0.6735},
    "S5_T_seed1": {"sign": 0.3488, "standard_sign": 0.7119},
    "C113_MLP_seed1": {
        "k=4": 0.4908, "k=44": 0.4626, "k=16": 0.4362, "k=50": 0.4264, "k=17": 0.2676, "k=22": 0.1267,
        "k=11": 0.1221, "k=1": 0.0687, "k=8": 0.0293, "k=25": 0.0235, "k=13": 0.0212, "k=32": 0.0204,
        "k=34": 0.0107,
    },
    "D61_MLP_seed1": {
        "k=23": 0.3837, "sign": 0.2834, "k=6": 0.2735, "k=3": 0.2702, "k=7": 0.2600, "k=24": 0.2314,
        "k=19": 0.0980, "k=5": 0.0835, "k=15": 0.0330, "k=12": 0.0150, "k=14": 0.0122, "k=13": 0.0084,
    },
}  # fmt: skip

HARMONICS = {
    "C113_MLP_seed1": {"k=8", "k=13", "k=25", "k=32", "k=34"},
    "D61_MLP_seed1": {"k=12", "k=13", "k=14", "k=15"},
}

EMBEDDING_POWER = {
    "low_precision": {
        "k=23": 0.3407, "k=6": 0.2297, "k=39": 0.2155, "k=3": 0.0894, "k=35": 0.0727, "k=9": 0.0085,
    },
    "no_wd": {"k=36": 0.2087, "k=52": 0.1620, "k=41": 0.0431, "k=26": 0.0309, "k=9": 0.0240},
    "S5_MLP_seed1": {"standard": 0.4105, "standard_sign": 0.2967, "5d_a": 0.2553, "sign": 0.0374},
    "S5_MLP_seed4": {"standard": 0.9593, "sign": 0.0407},
    "S5_T_seed1": {"standard_sign": 0.8952, "sign": 0.1034},
    "C113_MLP_seed1": {
        "k=4": 0.2290, "k=44": 0.2116, "k=16": 0.1882, "k=50": 0.1874, "k=17": 0.0937, "k=22": 0.0404,
        "k=11": 0.0270, "k=1": 0.0139,
    },
    "D61_MLP_seed1": {
        "k=23": 0.2879, "k=6": 0.1569, "k=3": 0.1551, "k=7": 0.1482, "k=24": 0.1282, "k=19": 0.0495,
        "sign": 0.0336, "k=5": 0.0297,
    },
}  # fmt: skip

# characters of key irreps, any function of a b c^-1, any function of (ab, c); all centred twice
SHARES = {
    "S5_MLP_seed1": (0.39128, 0.40808, 0.52613),
    "S5_MLP_seed4": (0.59290, 0.59302, 0.59379),
    "S5_T_seed1": (0.62862, 0.62862, 0.62878),
    "C113_MLP_seed1": (0.93729, 0.93730, 0.93949),
    "D61_MLP_seed1": (0.51491, 0.52558, 0.53567),
}

CLUSTERS = {
    "low_precision": ({"k=6": 106, "k=23": 194, "k=39": 105}, 107),
    "no_wd": ({"k=36": 181, "k=52": 139}, 192),
    "S5_MLP_seed1": ({"standard_sign": 58, "5d_a": 35, "standard": 31, "sign": 3}, 1),
    "S5_MLP_seed4": ({"standard": 89, "sign": 13}, 1),  # see test_a_nearly_inactive_neuron
    "S5_T_seed1": ({"standard_sign": 435, "sign": 27}, 50),
    "C113_MLP_seed1": ({"k=44": 22, "k=4": 21, "k=50": 20, "k=16": 19, "k=17": 18, "k=1": 9}, 19),
    "D61_MLP_seed1": (
        {"k=23": 24, "k=7": 23, "k=6": 19, "k=24": 18, "k=3": 17, "k=5": 10, "sign": 6}, 11,
    ),
}  # fmt: skip

# clusters projected, with and without the unclustered neurons
PROJECTED = {
    "low_precision": (1.11279e-02, 4.95647e-01),
    "no_wd": (4.51789e-02, 2.39696e-01),
    "S5_MLP_seed1": (3.4644e-05, 3.6945e-05),
    "S5_MLP_seed4": (2.1931e-06, 2.1931e-06),
    "S5_T_seed1": (4.0891e-06, 9.5583e-03),
    "C113_MLP_seed1": (6.4537e-05, 3.7260e-04),
    "D61_MLP_seed1": (7.3840e-05, 2.5331e-04),
}

ABLATED_PROJECTED = {
    "low_precision": {"k=6": 1.32931, "k=23": 8.04620, "k=39": 0.776071, "none": 0.495647},
    "no_wd": {"k=36": 16.7722, "k=52": 8.27868, "none": 0.239696},
    "S5_MLP_seed1": {"standard": 2.268e-02, "standard_sign": 1.311e-02, "5d_a": 5.461e-03, "sign": 1.989e-04},
    "S5_MLP_seed4": {"standard": 4.136, "sign": 1.854e-03},
    "S5_T_seed1": {"standard_sign": 4.197, "sign": 5.639e-04},
    "C113_MLP_seed1": {
        "k=44": 2.257e-02, "k=16": 1.493e-02, "k=50": 1.387e-02, "k=4": 8.985e-03, "k=17": 1.008e-03,
        "k=1": 1.187e-04,
    },
    "D61_MLP_seed1": {
        "k=23": 7.414e-03, "k=3": 7.356e-03, "k=7": 3.834e-03, "k=24": 3.117e-03, "k=6": 2.347e-03,
        "sign": 3.756e-04, "k=5": 1.980e-04,
    },
}  # fmt: skip

ABLATED = {
    "low_precision": {"k=6": 0.707663, "k=23": 7.56594, "k=39": 0.595315, "none": 0.427891},
    "no_wd": {"k=36": 18.1450, "k=52": 7.64986, "none": 0.102319},
}

PATH = {"low_precision": 4.0729e-03, "no_wd": 3.5943e-06}

ABLATED_EMBEDDING = {
    "S5_MLP_seed1": {"standard": 3.866e-02, "standard_sign": 2.085e-02, "5d_a": 1.125e-02, "sign": 1.493e-03},
    "S5_MLP_seed4": {"standard": 4.112, "sign": 1.106e-01},
    "C113_MLP_seed1": {"k=44": 2.151e-02, "k=50": 9.595e-03, "k=16": 9.204e-03, "k=4": 4.719e-03},
    "D61_MLP_seed1": {"k=23": 6.232e-03, "k=3": 3.067e-03, "k=7": 2.268e-03, "k=24": 1.122e-03},
}

KEPT_EMBEDDING = {
    "S5_MLP_seed1": 2.0702e-05,
    "S5_MLP_seed4": 2.0326e-06,
    "C113_MLP_seed1": 3.3454e-05,
    "D61_MLP_seed1": 2.7749e-05,
}

# product directions bias-corrected and not, characters alone, excluded on train: product, character
RESTRICTED = {
    "low_precision": (2.2055e-04, 7.8304, 6.0555e-06, 19.7226, None),
    "no_wd": (2.5832e-10, 1.8286, 1.5244e-11, 77.3423, None),
    "S5_MLP_seed1": (1.4320e-07, None, 5.4776e-08, 10.0905, 10.9964),
    "S5_MLP_seed4": (1.9569e-09, None, 1.7559e-09, 17.2107, 17.2117),
    "S5_T_seed1": (1.7682e-09, None, 1.7253e-09, 16.1809, 16.1793),
    "C113_MLP_seed1": (2.0558e-06, None, 1.8434e-06, 5.0369, 5.0252),
    "D61_MLP_seed1": (1.6862e-06, None, 1.5337e-06, 11.2131, 11.7792),
}
