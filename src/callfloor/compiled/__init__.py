"""The compiled floor: ``floor_safe`` and ``floor_fast``, made from ``callfloor/floor`` given a C compiler.

Load them through ``callfloor.runtimes``, which sees to it that they are of the same text as the plain files.
"""
