using Weir.Lustre;

namespace Weir.Changelogs.Namespaces;

/// <summary>One name in one directory. Two are equal when all their parts are, the name by its bytes.</summary>
public readonly record struct NamespaceEntry(Fid Parent, byte[] Name, Fid Target)
{
    public bool Equals(NamespaceEntry other) => Parent == other.Parent && Target == other.Target && Name.AsSpan().SequenceEqual(other.Name);

    public override int GetHashCode() => HashCode.Combine(Parent, Target, NameComparer.Instance.GetHashCode(Name));
}
