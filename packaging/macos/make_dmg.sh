#!/bin/sh
# Disk image for macOS. NOT TESTED: written on Linux, where it cannot run.
#
# On a Mac with Python 3.11 or newer:
#   python3 packaging/dev.py package --only folder
#   sh packaging/macos/make_dmg.sh 0.1.0
# makes build/package/out/medapp-0.1.0.dmg with medapp.app. Without a signature of Apple's, the first start needs a
# right click and "Open". Removal (medapp.app to the bin) leaves what the user made (~/Library/Application Support/medapp).
set -eu

version=${1:?which version}
root=$(cd "$(dirname "$0")/../.." && pwd)
frozen=$root/build/package/dist/medapp
stage=$root/build/package/dmg
app=$stage/medapp.app

rm -rf "$stage"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources" "$root/build/package/out"
cp -R "$frozen/" "$app/Contents/MacOS/"
cat > "$app/Contents/Info.plist" <<EOF
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
  <key>CFBundleIdentifier</key><string>org.medapp.medapp</string>
  <key>CFBundleName</key><string>medapp</string>
  <key>CFBundleExecutable</key><string>medapp</string>
  <key>CFBundleShortVersionString</key><string>$version</string>
  <key>CFBundlePackageType</key><string>APPL</string>
  <key>NSHighResolutionCapable</key><true/>
  <key>CFBundleDocumentTypes</key><array><dict>
    <key>CFBundleTypeName</key><string>DICOM image</string>
    <key>CFBundleTypeRole</key><string>Viewer</string>
    <key>CFBundleTypeExtensions</key><array><string>dcm</string></array>
  </dict></array>
</dict></plist>
EOF
codesign --force --deep --sign - "$app"  # a signature of nobody: Apple's processors start nothing without one
ln -s /Applications "$stage/Applications"
hdiutil create -volname "medapp $version" -srcfolder "$stage" -ov -format ULFO "$root/build/package/out/medapp-$version.dmg"
