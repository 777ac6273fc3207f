# For weft.cmd: prints the path of the newest build of the app, building first where the source has changed. What ./weft does in sh.
$ErrorActionPreference = 'Stop'
$root = Split-Path -Parent $PSScriptRoot

function Use-Builds($folder) {
    $script:builds = $folder
    $script:current = Join-Path $folder 'current'
}

# Names, lengths and times of all that a build is made from; whether a time lies in the future does not matter.
function Get-Sources {
    $files = @(Get-ChildItem -Recurse -File (Join-Path $root 'src'))
    $files += @(Get-ChildItem $root -File | Where-Object { $_.Name -match '^(Directory\..*|global\.json|\.editorconfig)$' })
    $text = ($files | ForEach-Object { "$($_.FullName)|$($_.Length)|$($_.LastWriteTimeUtc.Ticks)" } | Sort-Object) -join "`n"
    $sha = [System.Security.Cryptography.SHA256]::Create()
    return [BitConverter]::ToString($sha.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($text)))
}

function Test-Writable($folder) {
    try {
        New-Item -ItemType Directory -Force $folder | Out-Null
        $probe = Join-Path $folder "probe-$PID"
        Set-Content $probe ''
        Remove-Item $probe
        return $true
    } catch { return $false }
}

function Get-FreshApp {
    if (-not (Test-Path $current)) { return $null }
    $build = Join-Path $builds (Get-Content $current -TotalCount 1)
    $app = Join-Path $build 'Weft.App.dll'
    $madeFrom = Join-Path $build 'sources'
    if ((Test-Path $app) -and (Test-Path $madeFrom) -and (Get-Content $madeFrom -TotalCount 1) -eq $sources) { return $app }
    return $null
}

$sources = Get-Sources
Use-Builds (Join-Path $root 'artifacts\weft')
$app = Get-FreshApp
if (-not $app -and -not (Test-Writable $builds)) {
    # A checkout that cannot be written: builds lie in the user's folder.
    $sha = [System.Security.Cryptography.SHA256]::Create()
    $name = [BitConverter]::ToString($sha.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($root)), 0, 8).Replace('-', '')
    Use-Builds (Join-Path $env:LOCALAPPDATA "weft\builds\$name")
    New-Item -ItemType Directory -Force $builds | Out-Null
    $app = Get-FreshApp
    if (-not $app) { [Console]::Error.WriteLine("weft: $root cannot be written; the build goes to $builds") }
}
if (-not $app) {
    $mutex = New-Object System.Threading.Mutex($false, 'weft-build-' + $root.GetHashCode())
    try { [void]$mutex.WaitOne() } catch [System.Threading.AbandonedMutexException] { }
    try {
        $app = Get-FreshApp
        if (-not $app) {
            [Console]::Error.WriteLine('weft: building...')
            Push-Location $root
            # The property says that the launcher builds, and where; these signs would end its value.
            $folder = (Join-Path $builds 'output').Replace('%', '%25').Replace(';', '%3B').Replace(',', '%2C')
            $output = & dotnet build src\Weft.App\Weft.App.csproj -c Release --disable-build-servers -v quiet "-p:LauncherFolder=$folder" 2>&1
            $code = $LASTEXITCODE
            Pop-Location
            if ($code -ne 0) {
                [Console]::Error.WriteLine('weft: the build failed')
                $output | Where-Object { "$_" -match '(error|warning) [A-Z]+[0-9]+|error *:' } | Sort-Object -Unique | Select-Object -First 30 | ForEach-Object { [Console]::Error.WriteLine("$_") }
                exit 1
            }
            $id = 'build-' + [DateTime]::UtcNow.ToString('yyyyMMdd-HHmmss') + "-$PID"
            Copy-Item -Recurse (Join-Path $builds 'output\bin\Weft.App\release') (Join-Path $builds $id)
            Set-Content (Join-Path (Join-Path $builds $id) 'sources') $sources
            Set-Content $current $id
            # A build in use cannot be deleted on Windows: those that nobody uses go.
            Get-ChildItem $builds -Directory | Where-Object { $_.Name -like 'build-*' -and $_.Name -ne $id } |
                Remove-Item -Recurse -Force -ErrorAction SilentlyContinue
            $app = Join-Path (Join-Path $builds $id) 'Weft.App.dll'
        }
    } finally { $mutex.ReleaseMutex() }
}
Write-Output $app
