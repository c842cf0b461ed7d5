using Weir.Coordinator.Scheduling;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Sections;
using Weir.Server.Coordinator;

namespace Weir.Server.Tests.Configuration;

public sealed class CoordinatorConfigurationTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_originals_file_and_variables_say_what_they_mean()
    {
        File.WriteAllText(
            _file,
            """
            # site
            Host coordinator.example.org
            port 5124
            client_grace_ms 30000
            archive_id 1
            archive_id 2
            archive_on_hosts tag=n0 n0
            archive_on_hosts_ch tag= 10 n1 n2
            batch_archives_slices_sec 5 60
            batch_archives_slots_per_client 2
            colour red
            """);
        CoordinatoolFile file = CoordinatoolFile.Read(_file, new Dictionary<string, string> { ["COORDINATOOL_PORT"] = "5125" });
        Assert.Equal([$"{_file}:11: there is no setting 'colour'; the line has no effect"], file.Notes);
        EffectiveConfiguration configuration = ConfigurationLoader.Load(null, [], CoordinatoolServerSettings.Read(file));
        Assert.Empty(configuration.Problems);
        CoordinatorSection section = configuration.Options.Coordinator;
        Assert.Equal(["coordinator.example.org:5125"], section.Listen);
        Assert.True(section.PlainTcp);
        Assert.Equal([1u, 2u], section.ArchiveIds);
        Assert.Equal(TimeSpan.FromSeconds(30), section.ClientGrace);
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60), 2), (section.BatchIdle, section.BatchMax, section.BatchSlots));
        Assert.Equal(["tag=n0 n0", "tag= 10 n1 n2"], section.HostMappings.Select(mapping => string.Join(' ', [mapping.Tag, .. mapping.IsConsistent ? [$"{mapping.Groups}"] : Array.Empty<string>(), .. mapping.Hosts])));
    }

    [Theory]
    [InlineData("host a\n", true)]
    [InlineData("# only\nbatch_archives_slices_sec 5\n", true)]
    [InlineData("coordinator:\n  fsname: a\n", false)]
    [InlineData("coordinator: { fsname: a }\n", false)]
    public void The_originals_file_is_told_from_ours(string text, bool isOriginal)
    {
        File.WriteAllText(_file, text);
        Assert.Equal(isOriginal, CoordinatoolFile.Recognizes(_file));
    }

    [Theory]
    [InlineData("listen", "0.0.0.0:5123", "can be reached from other machines")]
    [InlineData("listen", "nowhere", "is not HOST:PORT")]
    [InlineData("listen_tls", "0.0.0.0:5123", "needs tls_certificate")]
    [InlineData("archive_ids", "0", "is not an archive id")]
    [InlineData("archive_on_hosts", "tag", "is not TAG HOST")]
    [InlineData("batch_slots", "0", "from 1 to 1000")]
    [InlineData("classes", "urgent colour=red", "cannot be meant")]
    [InlineData("classes", "urgent fair=size", "none of uid, gid")]
    [InlineData("archive_rates", "1 fast", "is not NAME PER-SECOND")]
    [InlineData("back_off", "5m 1s", "not above the second")]
    [InlineData("reporting_dir", "reports", "needs reporting_hint")]
    [InlineData("plain_tcp", "maybe", "neither true nor false")]
    public void What_cannot_be_meant_is_named(string key, string value, string problem)
    {
        EffectiveConfiguration configuration = ConfigurationLoader.Load(null, [], [new("coordinator", key, new ConfigurationValue([value], key is not ("batch_slots" or "back_off" or "reporting_dir" or "plain_tcp"), ConfigurationSource.Default))]);
        Assert.Contains(configuration.Problems, found => found.Message.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("urgent actions=restore blocking=true archives=1,2 data=x fair=uid weights=1000:5,0:2 requeue=time stuck=1h")]
    [InlineData("bulk fair=tag:user")]
    [InlineData("rest")]
    public void A_class_is_read_and_written(string text)
    {
        SchedulingClass read = CoordinatorText.ParseClass(text);
        Assert.Equal(text, CoordinatorText.Format(read));
    }
}
