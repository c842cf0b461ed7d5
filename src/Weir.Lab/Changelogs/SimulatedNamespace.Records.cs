using System.Text;
using Weir.Lustre;
using Weir.Lustre.Changelog;
using Weir.Lustre.Network;

namespace Weir.Lab.Changelogs;

/// <summary>The records that operations write.</summary>
public sealed partial class SimulatedNamespace
{
    private static readonly ChangelogType[] Touches =
    [
        ChangelogType.Close, ChangelogType.Close, ChangelogType.Close, ChangelogType.SetAttributes, ChangelogType.SetAttributes, ChangelogType.SetXattr,
        ChangelogType.Truncate, ChangelogType.ModifyTime, ChangelogType.ChangeTime, ChangelogType.Layout, ChangelogType.Hsm, ChangelogType.Open,
        ChangelogType.DeniedOpen, ChangelogType.GetXattr, ChangelogType.AccessTime,
    ];

    private static readonly byte[][] Jobs = [.. new[] { "cp.0", "rsync.1000", "mv.0", "python3.4711" }.Select(Encoding.ASCII.GetBytes)];

    private void Touch()
    {
        ChangelogType type = Touches[_random.Next(Touches.Length)];
        ushort flags = type switch
        {
            ChangelogType.SetAttributes or ChangelogType.Truncate => (ushort)_random.Next(1, 64),
            ChangelogType.Close => (ushort)(_random.Next(2) == 0 ? 0x42 : 1),
            ChangelogType.Hsm => (ushort)(_random.Next(6) << 7),
            _ => 0,
        };
        Write(type, Pick().Fid, default, [], flags);
    }

    private void Write(ChangelogType type, Fid target, Fid parent, byte[] name, ushort flags = 0)
    {
        ChangelogFields fields = Begin(type, flags);
        fields.Target = target;
        fields.Parent = parent;
        fields.Name = name;
        _changelog.Append(fields);
    }

    private void WriteRename(Inode inode, Inode parent, byte[] name, Inode target, byte[] newName, Inode? overwritten, bool isLast)
    {
        if (_options.SplitsRenames)
        {
            Write(ChangelogType.Rename, overwritten?.Fid ?? default, parent.Fid, name);
            Write(ChangelogType.RenameTo, overwritten?.Fid ?? default, target.Fid, newName);
            return;
        }

        ChangelogFields fields = Begin(ChangelogType.Rename, isLast ? (ushort)1 : (ushort)0);
        fields.Format |= ChangelogFormat.Rename;
        fields.Target = overwritten?.Fid ?? default;
        fields.Parent = target.Fid;
        fields.Name = newName;
        fields.Source = inode.Fid;
        fields.SourceParent = parent.Fid;
        fields.HasSourceName = true;
        fields.SourceName = name;
        _changelog.Append(fields);
    }

    private ChangelogFields Begin(ChangelogType type, ushort flags)
    {
        int user = _random.Next(4);
        var fields = new ChangelogFields
        {
            Type = type,
            Flags = flags,
            Format = ChangelogFormat.Version | ChangelogFormat.JobId | ChangelogFormat.ExtraFlags,
            Extra = ChangelogExtra.UidGid | ChangelogExtra.Nid | ChangelogExtra.NidWide,
            Time = ChangelogTime.From(_now),
            JobId = Jobs[user],
            Uid = (ulong)user * 1000,
            Gid = (ulong)user * 100,
            Nid = Nid.FromNarrow(0x0002_0000_0a00_0001UL + (ulong)user),
        };
        if (type is ChangelogType.Open or ChangelogType.DeniedOpen)
        {
            fields.Extra |= ChangelogExtra.Open;
            fields.OpenFlags = (uint)(1 + _random.Next(3));
        }
        else if (type is ChangelogType.SetXattr or ChangelogType.GetXattr)
        {
            fields.Extra |= ChangelogExtra.Xattr;
            fields.Xattr = user < 2 ? "user.tag"u8 : "trusted.hsm"u8;
        }

        return fields;
    }
}
