using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Format;
using Weir.Erasure.Tests.Drives.Verifying;
using Weir.Lab.Drives;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>Repairing a real damaged set.</summary>
public sealed class CorpusHealTests : IDisposable
{
    private const string Metadata = "bucket/testobj/xl.meta";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(VerifyMode.Normal)]
    [InlineData(VerifyMode.Deep)]
    public async Task The_older_version_gets_its_two_records_and_nothing_else_changes(VerifyMode mode)
    {
        string[] drives = Corpus.Prepare(_directory.Path);
        Dictionary<string, byte[]> before = TreeFiles.Read(_directory.Path);
        HealRun run = await HealRun.RunAsync(drives, mode);

        ObjectOutcome outcome = Assert.Single(run.Outcomes);
        VersionOutcome version = Assert.Single(outcome.Versions);
        Assert.Equal((Corpus.Older, RepairState.Repaired), (version.Verdict.VersionId, version.State));
        Assert.Equal([(drives[0], Metadata), (drives[4], Metadata)], version.Pieces.Select(piece => (piece.Drive.Path, piece.Path)));
        Refusal refusal = Assert.Single(outcome.Plan.Refusals);
        Assert.Equal((Corpus.Newer, Verdict.SubQuorum), (refusal.Version.VersionId, refusal.Version.Verdict));

        Dictionary<string, byte[]> after = TreeFiles.Read(_directory.Path);
        string[] written = [$"disk1/{Metadata}", $"disk5/{Metadata}"];
        Assert.Equal(before.Keys.Union(written).Order(), after.Keys.Order());
        Assert.All(before.Keys.Except(written), path => Assert.Equal(before[path], after[path]));

        XlMeta made = XlMeta.Parse(after[written[0]]), model = XlMeta.Parse(before[$"disk2/{Metadata}"]);
        Assert.Equal((3, model.HeaderVersion, model.MetaVersion), (made.Minor, made.HeaderVersion, made.MetaVersion));
        Assert.Equal(3, Assert.Single(made.Versions).ReadBody().Object!.Index);
        XlMeta changed = XlMeta.Parse(after[written[1]]);
        XlVersion kept = XlMeta.Parse(before[written[1]]).Versions.Single();
        Assert.Equal(2, changed.Versions.Count);
        Assert.Equal(kept.RawBody.ToArray(), changed.Versions.Single(held => held.Header.VersionId == kept.Header.VersionId).RawBody.ToArray());

        List<ObjectVerdict> objects = await Verification.RunAsync(drives, VerifyMode.Deep);
        Assert.Equal([Verdict.SubQuorum], Assert.Single(objects).Versions.Select(held => held.Verdict).Where(verdict => verdict != Verdict.Healthy));
        Assert.Equal([$"{Corpus.Older}"], objects[0].Versions.Where(held => held.Verdict == Verdict.Healthy).Select(held => $"{held.VersionId}"));
    }

    [Fact]
    public async Task What_is_repaired_once_is_not_repaired_again()
    {
        string[] drives = Corpus.Prepare(_directory.Path);
        await HealRun.RunAsync(drives);
        Dictionary<string, byte[]> before = TreeFiles.Read(_directory.Path);
        HealRun run = await HealRun.RunAsync(drives);
        Assert.Empty(run.Outcomes);
        Dictionary<string, byte[]> after = TreeFiles.Read(_directory.Path);
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before.Keys, path => Assert.Equal(before[path], after[path]));
    }
}
