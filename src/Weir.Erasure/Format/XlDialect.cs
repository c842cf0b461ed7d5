namespace Weir.Erasure.Format;

/// <summary>Which program's conventions an object's body and shards follow.</summary>
public enum XlDialect : byte
{
    /// <summary>MinIO, and RustFS since 1.0.0-alpha.87.</summary>
    Modern,

    /// <summary>RustFS before that: positional bodies, another hash key, shards of even length, another code for the parity.</summary>
    RustFsLegacy,

    /// <summary>MinIO before June 2020 (xl.json, or V1Obj in xl.meta).</summary>
    Version1,
}
