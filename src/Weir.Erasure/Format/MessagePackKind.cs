namespace Weir.Erasure.Format;

/// <summary>What a MessagePack value is, whichever of its forms it is written in.</summary>
internal enum MessagePackKind : byte
{
    Nil,
    Boolean,
    Integer,
    Float,
    String,
    Binary,
    Array,
    Map,
    Extension,
}
